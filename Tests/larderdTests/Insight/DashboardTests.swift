import CacheAPI
import Chunking
import FoundationEssentials
import HTTPTypes
import NIOHTTP1
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import larderd

/// The page as a browser shows it.
@Suite("The dashboard in a browser", .enabled(if: hasProgram("chromium"), "there is no chromium"))
struct DashboardTests {
    @Test(
        "Shows what builds have stored and reported, in light and dark, on a phone and by keyboard",
        .timeLimit(.minutes(5)))
    func figures() async throws {
        try await withTroubles { client in
            let filled = FilledProject(client: client)
            try await filled.fill()
            try await Self.awaitTroubles(client)
            try await Self.run(client, filled)
            try await Browser.run { browser in
                let address = "http://127.0.0.1:\(client.port)/"
                try await browser.open(address)
                try await browser.wait("document.body?.dataset.ready === 'shop'")
                try await Self.checkFigures(browser)
                try await Self.checkDetails(browser)
                try await Self.checkTroubles(browser)
                try await Self.checkAccess(browser)
                try await browser.picture("light")
                try await browser.open(address + "#project=shop&range=hours%3D48", scheme: "dark")
                try await browser.wait("document.getElementById('spans').tBodies[0].rows.length > 0")
                try await browser.call("Page.reload")
                try await browser.wait("document.body?.dataset.ready === 'shop'")
                #expect(try await browser.value("document.getElementById('range').value") == .text("hours=48"))
                try await Self.checkContrast(browser)
                try await browser.picture("dark")
                try await browser.open(address, width: 390, height: 844)
                try await browser.wait("document.body?.dataset.ready === 'shop' && innerWidth === 390")
                #expect(try await browser.value("document.documentElement.scrollWidth") == .integer(390))
                try await Self.checkContrast(browser)
                try await browser.picture("phone")
                #expect(browser.complaints == [])
            }
        }
    }

    /// A server whose one webhook refuses the first event and cannot take the next, and whose scanner refuses one tag.
    private func withTroubles(_ body: @escaping @Sendable (TestClient) async throws -> Void) async throws {
        let receiver = Receiver()
        receiver.answer(
            Array(repeating: Receiver.Answer(status: .badRequest), count: 3),
            then: Receiver.Answer(status: .internalServerError))
        try await withTemporaryDirectory { directory in
            try GateLab.write(GateLab.refuse, more: #", "mode": "quarantine", "tags": ["held"]"#, in: directory)
            try await receiver.run { port in
                let webhooks = try Receiver.write(directory, port: port, more: #", "events": ["manifest.pushed"]"#)
                let gate = directory.appending("gate.json")
                try await withServer({ ($0.webhooks, $0.scanGate) = (webhooks, gate) }) { client, _ in
                    let image = try SampleImage(layers: [SampleImage.layer(["a"], bytesEach: 100, seed: 99)])
                    try await client.push(image, to: "shop/held", as: "held")
                    try await body(client)
                }
            }
        }
    }

    private static func awaitTroubles(_ client: TestClient) async throws {
        let isReady = try await eventually {
            let hooks = try await client.get("/api/v1/webhooks").json(WebhooksReport.self).webhooks
            let held = try await client.get("/api/v1/projects/shop/quarantine").json([QuarantineEntry].self)
            return hooks.first?.givenUpCount == 1 && hooks.first?.state == .failing && held.first?.state == .refused
        }
        try #require(isReady, "the webhook does not fail, or the image is not refused")
    }

    private static func checkTroubles(_ browser: Browser) async throws {
        let held = try await browser.text("#held tbody")
        #expect(
            held.contains("shop/held") && held.contains("refused") && held.contains("CVE-2026-1 in libold"), "\(held)")
        let hooks = try await browser.text("#webhooks tbody")
        #expect(
            hooks.contains("deploy") && hooks.contains("http://127.0.0.1:") && hooks.contains("failing"), "\(hooks)")
        #expect(hooks.contains("500") && !hooks.contains("/hook"), "\(hooks)")
        #expect(try await browser.text("#given-up summary") == "deploy: 1 event given up")
        try await browser.value("document.querySelector('#given-up summary').click()")
        let given = try await browser.text("#given-up")
        #expect(given.contains("manifest.pushed") && given.contains("400"), "\(given)")
    }

    /// A build that is making a step.
    private static func run(_ client: TestClient, _ filled: FilledProject) async throws {
        let step = GraphQuery.Step(
            op: Digest(hashing: [9]), parent: .base(chain: [], platform: "linux/amd64"), inputs: [])
        var query = GraphQuery(scopes: [.main], steps: [step])
        query.claim = GraphQuery.Claim(id: "b1", writer: "<b>runner-9</b>", waits: false)
        #expect(try await client.post(CachePath.lookup(filled.project), json: query).status == 200)
    }

    private static func checkFigures(_ browser: Browser) async throws {
        let projects = try await browser.text("#projects")
        #expect(projects.contains("shop") && projects.contains("40.0 %"))
        let sums = try await browser.text("#sums")
        #expect(sums.contains("40.0 %") && sums.contains("2 min"), "\(sums)")
        #expect(try await browser.value("document.querySelectorAll('#chart rect').length") == .integer(2))
        let causes = try await browser.text("#causes")
        #expect(causes.contains("files changed") && causes.contains("what it stands on changed"))
        let help = try await browser.text("#misses")
        #expect(help.contains("COPY . .") && help.contains("src/app.js") && help.contains("move this COPY below it"))
        // What a client says stays text.
        #expect(try await browser.text("#running").contains("<b>runner-9</b>"))
        #expect(try await browser.value("document.querySelectorAll('#ended tbody tr').length") == .integer(5))
        #expect(try await browser.text("#storage").contains("recorded steps"))
        #expect(try await browser.text("#server-sums").contains("chunk files"))
        #expect(try await browser.text("#version") == LarderdCommand.version)
    }

    private static func checkDetails(_ browser: Browser) async throws {
        let repositories = try await browser.text("#repositories")
        #expect(repositories.contains("shop/api") && repositories.contains("latest"))
        try await browser.value("document.querySelector('#repositories summary').click()")
        try await browser.wait("document.querySelectorAll('#repositories tbody tr').length === 2")
        #expect(try await browser.text("#repositories table").contains("%"))
        try await browser.value("[...document.querySelectorAll('#scopes summary')].at(-1).click()")
        try await browser.wait("document.querySelectorAll('#scopes tbody tr').length === 2")
        #expect(try await browser.text("#scopes table").contains("RUN npm ci"))
    }

    /// By keyboard alone, and with names for what cannot see.
    private static func checkAccess(_ browser: Browser) async throws {
        try await browser.value("document.activeElement.blur(), window.getSelection().collapse(document.body, 0)")
        try await browser.press("Tab", code: 9)
        #expect(try await browser.value("document.activeElement.className") == .text("skip"))
        try await browser.press("Enter", code: 13)
        try await browser.wait("document.activeElement.id === 'main'")
        // A link to a place in the page is no project.
        #expect(try await browser.value("document.getElementById('of-project').hidden") == .bool(false))
        let nameless = """
            [...document.querySelectorAll('input, select, button, a, svg, img, section')].filter((part) => part.offsetParent)
                .filter((part) => !(part.labels?.length || part.innerText?.trim() || part.getAttribute('aria-label')
                || part.getAttribute('aria-labelledby') || part.hasAttribute('alt'))).map((part) => part.outerHTML).join()
            """
        #expect(try await browser.value(nameless) == .text(""))
        #expect(try await browser.value("document.querySelectorAll('h1').length") == .integer(1))
    }

    /// WCAG 2.1, 1.4.3: 4.5 to 1 for text.
    private static func checkContrast(_ browser: Browser) async throws {
        let script = """
            (() => {
              const light = (text) => { const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map((value) => value / 255)
                .map((value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
              const ground = (part) => { for (; part; part = part.parentElement) { const color = getComputedStyle(part).backgroundColor;
                if (!/, 0\\)$|transparent/.test(color)) return color; } return 'rgb(255, 255, 255)'; };
              return [...document.querySelectorAll('h1 a, h2, p, td, th, dt, dd, a, summary, button, label, select, code, .quiet')]
                .filter((part) => part.offsetParent && part.innerText.trim()).map((part) => {
                  const [a, b] = [light(getComputedStyle(part).color), light(ground(part))].sort((x, y) => y - x);
                  return [(a + 0.05) / (b + 0.05), part.outerHTML.slice(0, 80)]; })
                .filter(([ratio]) => ratio < 4.5).map(String).join('\\n');
            })()
            """
        #expect(try await browser.value(script) == .text(""))
    }

    @Test("Asks who wants to know where that is asked, and keeps it for the tab only", .timeLimit(.minutes(5)))
    func signIn() async throws {
        try await RoleServer.run { server in
            try await FilledProject(client: server.client, headers: server.headers(of: .admin)).fill()
            let token = server.headers(of: .read).first(name: "authorization")?.dropFirst("Bearer ".count) ?? ""
            try await Browser.run { browser in
                try await browser.open("http://127.0.0.1:\(server.client.port)/")
                try await browser.wait("document.activeElement?.id === 'secret'")
                try await browser.picture("sign-in")
                try await browser.type("wrong")
                try await browser.press("Enter", code: 13)
                try await browser.wait("document.getElementById('sign-in-error').innerText.length > 0")
                #expect(try await browser.value("document.getElementById('figures').hidden") == .bool(true))
                try await browser.type(String(token))
                try await browser.press("Enter", code: 13)
                try await browser.wait("document.body?.dataset.ready === 'shop'")
                #expect(try await browser.text("#identity") == "token:read")
                #expect(try await !browser.text("body").contains("secret-of-the-branch"))
                #expect(try await browser.value("document.getElementById('server').hidden") == .bool(true))
                #expect(try await browser.value("document.getElementById('webhooks-part').hidden") == .bool(true))
                #expect(try await browser.value("document.getElementById('held-part').hidden") == .bool(true))
                #expect(try await browser.value("localStorage.length + document.cookie.length") == .integer(0))
                try await browser.value("document.getElementById('leave').click()")
                try await browser.wait("!document.getElementById('sign-in').hidden")
                #expect(try await browser.value("sessionStorage.length") == .integer(0))
                // The browser itself notes each refusal.
                #expect(browser.complaints.allSatisfy { $0.contains("401") }, "\(browser.complaints)")
            }
        }
    }
}
