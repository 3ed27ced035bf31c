# Sourced by the script that runs the commands of Webhooks.md, after machine.sh: a server, and who is told.

names ci.example.com
authority "$GUIDE/world"
certificate "$GUIDE/ci" "$GUIDE/world" ci.example.com
believe "$GUIDE/world"
openssl rand -base64 32 | sed 's/^/whsec_/' >/etc/larder/deploy.secret
chmod 600 /etc/larder/deploy.secret

python3 - "$GUIDE/ci" >"$GUIDE/ci.log" 2>&1 <<'END' &
import http.server, ssl, sys

class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()

server = http.server.ThreadingHTTPServer(("127.0.0.1", 443), Receiver)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1] + ".crt", sys.argv[1] + ".key")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
END
await_port 443
larderd --root /var/lib/larder --webhooks /etc/larder/webhooks.json &
await_port 7070
