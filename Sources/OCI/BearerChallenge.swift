/// What a registry asks of a client that did not say who it is: the `WWW-Authenticate` header of a 401 (RFC 6750 and
/// the distribution project's "Token Authentication Specification").
public struct BearerChallenge: Hashable, Sendable {
    /// Where a token is to be had.
    public let realm: String
    /// For which service.
    public let service: String?
    /// For what.
    public let scope: String?

    /// Reads the header's value; `nil` when it asks for another scheme than `Bearer` or names no realm.
    public init?(_ header: String) {
        guard let space = header.firstIndex(of: " "), header[..<space].lowercased() == "bearer" else { return nil }
        let parameters = Self.parameters(header[header.index(after: space)...])
        guard let realm = parameters["realm"], !realm.isEmpty else { return nil }
        self.realm = realm
        service = parameters["service"]
        scope = parameters["scope"]
    }

    /// Makes a challenge.
    public init(realm: String, service: String?, scope: String?) {
        (self.realm, self.service, self.scope) = (realm, service, scope)
    }

    /// The header's value. Nothing in it has quotes or control characters, whatever it was made of.
    public var header: String {
        let fields = [("realm", realm), ("service", service), ("scope", scope)].compactMap { name, value in
            value.map { "\(name)=\"\(Self.quotable($0))\"" }
        }
        return "Bearer \(fields.joined(separator: ","))"
    }

    private static func quotable(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where (0x20..<0x7f).contains(scalar.value) && scalar != "\"" && scalar != "\\"
        {
            result.append(scalar)
        }
        return String(result)
    }

    /// The URL that gives a token: for what the challenge asks, for `defaultScope` when it does not say.
    public func tokenURL(defaultScope: String) -> String {
        tokenURL(scope: scope ?? defaultScope)
    }

    /// The URL that gives a token that is good for nothing but to show that the login is one.
    public var loginURL: String {
        guard let service else { return realm }
        return realm + (realm.contains("?") ? "&" : "?") + "service=\(Self.escape(service))"
    }

    /// The URL that gives a token for `scope`, whatever the challenge asks.
    public func tokenURL(scope: String) -> String {
        var query = "scope=\(Self.escape(scope))"
        if let service { query += "&service=\(Self.escape(service))" }
        return realm + (realm.contains("?") ? "&" : "?") + query
    }

    /// The body of a POST to the realm that asks for a token by an identity token ("Docker Registry v2 Bearer token
    /// specification", OAuth2).
    public func form(scope: String, refreshToken: String, client: String) -> String {
        var fields = [("grant_type", "refresh_token"), ("client_id", client), ("scope", scope)]
        if let service { fields.append(("service", service)) }
        fields.append(("refresh_token", refreshToken))
        return fields.map { "\($0)=\(Self.escape($1))" }.joined(separator: "&")
    }

    /// `name=value` and `name="quoted \"value\""` between commas.
    private static func parameters(_ text: Substring) -> [String: String] {
        var parameters: [String: String] = [:]
        var rest = text[...]
        while let equals = rest.firstIndex(of: "=") {
            let name = rest[..<equals].filter { $0 != " " && $0 != "," }.lowercased()
            rest = rest[rest.index(after: equals)...]
            var value = ""
            if rest.first == "\"" {
                rest = rest.dropFirst()
                while let character = rest.popFirst(), character != "\"" {
                    if character == "\\", let escaped = rest.popFirst() {
                        value.append(escaped)
                    } else {
                        value.append(character)
                    }
                }
            } else {
                while let character = rest.first, character != ",", character != " " {
                    value.append(character)
                    rest = rest.dropFirst()
                }
            }
            parameters[name] = value
        }
        return parameters
    }

    /// Percent-encodes all but RFC 3986's unreserved characters and those that are harmless in a query.
    private static func escape(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: ","):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
