import Testing

@testable import Networking

/// Which requests go through which proxy.
@Suite struct ProxySettingsTests {
    private static let environment = [
        "HTTPS_PROXY": "http://secure.example:3129", "http_proxy": "plain.example",
        "NO_PROXY": """
        internal.example, .below.example,10.0.0.0/8,192.0.2.7,[2001:db8::1]:8443,port.example:8443,*.star.example
        """,
    ]

    @Test(arguments: [
        ("https://registry.example/v2/", "secure.example:3129"),
        ("http://registry.example:5000/v2/", "plain.example:80"),
        ("https://internal.example", nil), ("https://a.internal.example:444/x", nil),
        ("https://notinternal.example", "secure.example:3129"), ("https://a.below.example", nil),
        ("https://below.example", "secure.example:3129"), ("http://10.1.2.3:7070", nil),
        ("http://11.1.2.3:7070", "plain.example:80"), ("http://192.0.2.7", nil), ("https://[2001:db8::1]:8443/", nil),
        ("https://[2001:db8::1]/", "secure.example:3129"), ("https://port.example:8443", nil),
        ("https://port.example", "secure.example:3129"), ("https://a.star.example", nil),
        ("http://localhost:7070", nil), ("http://127.0.0.1:7070", nil), ("http://[::1]:7070", nil),
        ("https://INTERNAL.example/", nil),
    ])
    func eachHostHasItsWay(_ url: String, _ expected: String?) throws {
        #expect(try ProxySettings(environment: Self.environment).proxy(for: url)?.authority == expected)
    }

    @Test func starMeansAllHosts() throws {
        let settings = try ProxySettings(environment: ["HTTP_PROXY": "http://p:1", "NO_PROXY": "a, *"])
        #expect(settings.proxy(for: "http://b.example") == nil)
    }

    @Test func emptyVariablesAreNone() throws {
        let settings = try ProxySettings(environment: ["HTTPS_PROXY": "", "https_proxy": "http://p:1"])
        #expect(settings.proxy(for: "https://b.example")?.authority == "p:1")
        #expect(settings.proxy(for: "http://b.example") == nil)
    }

    @Test(arguments: [
        ("http://u:p%40ss@proxy.example:3128", "proxy.example:3128", "dTpwQHNz"),
        // Not two digits.
        ("http://u:p%+1@proxy.example:3128", "proxy.example:3128", "dTpwJSsx"),
        ("proxy.example:3128/", "proxy.example:3128", nil), ("http://[2001:db8::2]", "[2001:db8::2]:80", nil),
        ("socks5://proxy.example", "proxy.example:1080", nil),
    ])
    func addressesAreRead(_ text: String, _ authority: String, _ login: String?) throws {
        let address = try ProxyAddress(text, variable: "HTTPS_PROXY")
        #expect(address.authority == authority)
        #expect(address.login == login)
    }

    @Test(arguments: ["ftp://p:1", "http://", "http://p:0", "http://p:x", "https://p:1", "socks5://u:p@q:1"])
    func addressesThatCannotBeUsedNameTheVariable(_ text: String) {
        let error = #expect(throws: NetworkError.self) { try ProxyAddress(text, variable: "HTTPS_PROXY") }
        #expect(error?.description.contains("HTTPS_PROXY") == true)
    }

    @Test func messagesHoldNoPassword() {
        let error = #expect(throws: NetworkError.self) {
            try ProxyAddress("http://user:sesame@proxy:port", variable: "HTTP_PROXY")
        }
        #expect(error?.description.contains("sesame") == false)
    }
}
