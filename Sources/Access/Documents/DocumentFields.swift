internal import Spelling

/// The members of one object of a configuration, read by name: what is not known is refused, with the nearest name that is.
public struct DocumentFields {
    private let node: JSONNode
    /// What it is, for messages, as in `rule 'main'`.
    public let subject: String

    /// - Parameter known: the names that mean something.
    /// - Throws: `invalidRules`.
    public init(_ node: JSONNode, _ subject: String, known: [String]) throws(AccessError) {
        guard case .object(let members) = node.value else {
            throw AccessError(.invalidRules, line: node.line, "\(subject) is \(node.kind), and not an object")
        }
        for member in members where !known.contains(member.name) && member.name != "$comment" {
            let near = NearestName.of(member.name, among: known).map { "did you mean '\($0)'?" }
            throw AccessError(
                .invalidRules, line: member.line,
                "\(subject) has '\(member.name.prefix(80))', which means nothing; "
                    + (near ?? "valid are \(known.joined(separator: ", "))"))
        }
        (self.node, self.subject) = (node, subject)
    }

    /// The value of a member; `nil` when there is none of that name.
    public subscript(name: String) -> JSONNode? { node[name] }

    /// An error about a member, or about the object when the member is missing.
    public func flaw(_ name: String, _ what: String) -> AccessError {
        AccessError(.invalidRules, line: node[name]?.line ?? node.line, "\(subject): '\(name)' \(what)")
    }

    /// A text; `nil` when there is none of that name.
    /// - Throws: `invalidRules`.
    public func text(_ name: String) throws(AccessError) -> String? {
        guard let node = node[name] else { return nil }
        guard let text = node.text, !text.isEmpty else { throw flaw(name, "must be a text that is not empty") }
        return text
    }

    /// A text that must be there.
    /// - Throws: `invalidRules`, with an example.
    public func requiredText(_ name: String, like example: String) throws(AccessError) -> String {
        guard let text = try text(name) else { throw flaw(name, "is missing; write it as in \(example)") }
        return text
    }

    /// A text, or a list of texts; `nil` when there is none of that name.
    /// - Throws: `invalidRules`.
    public func texts(_ name: String) throws(AccessError) -> [String]? {
        guard let node = node[name] else { return nil }
        return try Self.texts(node) { what throws(AccessError) in throw flaw(name, what) }
    }

    /// The texts of a value that is one, or a list of them.
    static func texts(
        _ node: JSONNode, orElse refuse: (String) throws(AccessError) -> Never
    ) throws(AccessError) -> [String] {
        if let text = node.text, !text.isEmpty { return [text] }
        guard case .list(let elements) = node.value else {
            try refuse("must be a text or a list of texts")
        }
        var texts: [String] = []
        for element in elements {
            guard let text = element.text, !text.isEmpty else { try refuse("must have only texts that are not empty") }
            texts.append(text)
        }
        return texts
    }
}
