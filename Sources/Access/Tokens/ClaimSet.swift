/// What a token claims about who holds it.
public struct ClaimSet: Hashable, Sendable {
    /// By how much clocks may differ. Seconds.
    public static let leeway = 60.0

    private let object: JSONNode

    /// - Parameter object: an object; anything else claims nothing.
    public init(_ object: JSONNode) {
        self.object = object
    }

    /// Claims that are in no document, each with its values: none is as if it were not there.
    public init(_ claims: [(name: String, values: [String])]) {
        let members = claims.filter { !$0.values.isEmpty }.map { name, values in
            let texts = values.map { JSONNode(.text($0), line: 1) }
            return JSONNode.Member(
                name: name, line: 1, node: texts.count == 1 ? texts[0] : JSONNode(.list(texts), line: 1))
        }
        self.init(JSONNode(.object(members), line: 1))
    }

    /// A claim; `nil` when there is none of that name.
    public subscript(name: ClaimName) -> JSONNode? {
        var node: JSONNode? = object
        for part in name.parts {
            if case .list(let elements) = node?.value {
                node = Int(part).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            } else {
                node = node?[part]
            }
        }
        return node
    }

    /// The values of a claim as texts: one for a text, a number, true or false, all of a list; none for what is not there.
    public func texts(_ name: ClaimName) -> [String] {
        guard let node = self[name] else { return [] }
        if case .list(let elements) = node.value { return elements.compactMap(Self.text) }
        return Self.text(node).map { [$0] } ?? []
    }

    /// Whether a claim is there and has what is no text, or no list of texts: it cannot be compared with anything.
    func isOdd(_ name: ClaimName) -> Bool {
        guard let node = self[name] else { return false }
        if case .list(let elements) = node.value { return elements.contains { Self.text($0) == nil } }
        return Self.text(node) == nil
    }

    private static func text(_ node: JSONNode) -> String? {
        switch node.value {
        case .text(let text), .number(let text): text
        case .bool(let value): value ? "true" : "false"
        case .null, .list, .object: nil
        }
    }

    /// Who made the token, as it says.
    public var issuer: String? { object["iss"]?.text }
    /// About whom it is.
    public var subject: String? { object["sub"]?.text }
    /// For whom it is.
    public var audiences: [String] { texts(.audience) }
    /// When it ends. Seconds since 1970.
    public var expiry: Double? { object["exp"]?.number }

    /// Checks that the token is valid at `now`, with some leeway for clocks that differ.
    /// - Parameter now: seconds since 1970.
    /// - Throws: `expiredToken`; `invalidToken` when it does not say when it ends, or a time is none.
    public func checkTimes(at now: Double) throws(AccessError) {
        for name in ["exp", "nbf", "iat"] {
            guard let node = object[name] else { continue }
            guard let time = node.number, time.isFinite else {
                throw AccessError(.invalidToken, "the token's '\(name)' is no time")
            }
            if name == "exp", now >= time + Self.leeway {
                throw AccessError(
                    .expiredToken, "the token's time was over \(Self.seconds(now - time)) s ago; get a fresh one")
            }
            if name != "exp", now < time - Self.leeway {
                throw AccessError(
                    .expiredToken,
                    "the token is valid only in \(Self.seconds(time - now)) s; compare the clocks of its issuer and of this server"
                )
            }
        }
        guard expiry != nil else { throw AccessError(.invalidToken, "the token does not say when it ends ('exp')") }
    }

    private static func seconds(_ duration: Double) -> Int {
        Int(min(max(duration, 0), 1e15))
    }
}
