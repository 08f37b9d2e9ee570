"""A map service of our own on this machine: XYZ, WMS and WMTS, with hosts that misbehave."""

from __future__ import annotations

import io
import math
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

from PIL import Image

_SCALE_0 = 559_082_264.0287178
_HALF = 20_037_508.342789244


def tile_png(z, x, y):
    """A tile whose colour says which one it is."""
    out = io.BytesIO()
    Image.new("RGB", (256, 256), (10 * z % 256, x % 256, y % 256)).save(out, "PNG")
    return out.getvalue()


def colour_of(data):
    return Image.open(io.BytesIO(data)).convert("RGB").getpixel((5, 5))


WMS = """<?xml version="1.0"?>
<WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms" xmlns:xlink="http://www.w3.org/1999/xlink">
 <Service><Name>WMS</Name><Title>Sở Thử nghiệm</Title></Service>
 <Capability>
  <Request><GetMap><Format>image/svg+xml</Format><Format>image/png</Format></GetMap></Request>
  <Layer><Title>Gốc</Title><CRS>EPSG:4326</CRS><CRS>EPSG:3857</CRS>
   <Layer><Name>ranh_gioi</Name><Title>Ranh giới &lt;script&gt;alert(1)&lt;/script&gt;</Title>
    <Attribution><Title>UBND Thử</Title></Attribution></Layer>
  </Layer>
  <Layer><Name>chi_do</Name><Title>Chỉ có độ</Title><CRS>EPSG:4326</CRS></Layer>
 </Capability>
</WMS_Capabilities>"""


def wmts(address):
    matrices = "".join(
        f"<TileMatrix><ows:Identifier>luoi:{z}</ows:Identifier>"
        f"<ScaleDenominator>{_SCALE_0 / 2**z}</ScaleDenominator><TileWidth>256</TileWidth>"
        f"<TileHeight>256</TileHeight><MatrixWidth>{2**z}</MatrixWidth></TileMatrix>"
        for z in range(2, 15)
    )
    return f"""<?xml version="1.0"?>
<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1"
 xmlns:xlink="http://www.w3.org/1999/xlink" version="1.0.0">
 <ows:ServiceProvider><ows:ProviderName>Sở Thử nghiệm</ows:ProviderName></ows:ServiceProvider>
 <ows:OperationsMetadata><ows:Operation name="GetTile"><ows:DCP><ows:HTTP>
  <ows:Get xlink:href="{address}/wmts?"/></ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata>
 <Contents>
  <Layer><ows:Title>Ảnh</ows:Title><ows:Identifier>anh</ows:Identifier>
   <Style isDefault="true"><ows:Identifier>mau</ows:Identifier></Style><Format>image/png</Format>
   <TileMatrixSetLink><TileMatrixSet>DO</TileMatrixSet></TileMatrixSetLink>
   <TileMatrixSetLink><TileMatrixSet>MET</TileMatrixSet></TileMatrixSetLink></Layer>
  <TileMatrixSet><ows:Identifier>DO</ows:Identifier><ows:SupportedCRS>urn:ogc:def:crs:EPSG::4326</ows:SupportedCRS>
   </TileMatrixSet>
  <TileMatrixSet><ows:Identifier>MET</ows:Identifier>
   <ows:SupportedCRS>urn:ogc:def:crs:EPSG::3857</ows:SupportedCRS>{matrices}</TileMatrixSet>
 </Contents>
</Capabilities>"""


class _Answers(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def _send(self, body, kind="image/png", status=200, **headers):
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        parts = urlsplit(self.path)
        first, *rest = parts.path.strip("/").split("/")
        query = {name.upper(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
        getattr(self, f"on_{first}", self.on_nothing)(rest, query)

    def on_nothing(self, *_):
        self._send(b"", status=404)

    def on_xyz(self, rest, _):
        self._send(tile_png(*(int(part.removesuffix(".png")) for part in rest)))

    def on_wms(self, _, query):
        if query["REQUEST"] == "GetCapabilities":
            self._send(WMS.encode(), "text/xml")
        elif query["LAYERS"] != "ranh_gioi":
            self._send(b"<ServiceExceptionReport/>", "application/vnd.ogc.se_xml")
        else:
            west, _, east, north = (float(part) for part in query["BBOX"].split(","))
            side = east - west
            z = round(math.log2(2 * _HALF / side))
            self._send(tile_png(z, round((west + _HALF) / side), round((_HALF - north) / side)))

    def on_wmts(self, _, query):
        if query["REQUEST"] == "GetCapabilities":
            self._send(wmts(self.server.address).encode(), "text/xml")
        else:
            matrix, z = query["TILEMATRIX"].split(":")
            asked = (query["LAYER"], query["STYLE"], query["TILEMATRIXSET"], matrix)
            known = asked == ("anh", "mau", "MET", "luoi")
            self._send(tile_png(int(z), int(query["TILECOL"]), int(query["TILEROW"])) if known else b"no")

    def on_page(self, *_):
        self._send(b"<html><script>alert(1)</script></html>", "image/png")

    def on_large(self, *_):
        self._send(b"\x89PNG\r\n\x1a\n" + bytes(3_000_000))

    def on_wide(self, *_):
        out = io.BytesIO()
        Image.new("1", (5000, 20)).save(out, "PNG")
        self._send(out.getvalue())

    def on_moved(self, *_):
        self._send(b"", status=302, Location="http://169.254.169.254/latest/meta-data/")

    def on_slow(self, *_):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(40):
            try:
                self.wfile.write(b"x")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    def on_short(self, *_):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"x")


class MapService:
    """The service, while a ``with`` block lasts; ``asked`` holds what it was asked for."""

    def __enter__(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.address = self._server.address = f"http://{self.host}"
        self.asked = self._server.asked = []
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
