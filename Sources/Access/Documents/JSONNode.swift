/// A JSON value that knows in which line it stands, for messages about configuration, and that keeps the members of objects in
/// their order.
public struct JSONNode: Hashable, Sendable {
    /// The kinds of values (RFC 8259).
    public enum Value: Hashable, Sendable {
        case null
        case bool(Bool)
        /// As it is written.
        case number(String)
        case text(String)
        case list([JSONNode])
        case object([Member])
    }

    /// One member of an object.
    public struct Member: Hashable, Sendable {
        /// What it is called.
        public let name: String
        /// Where the name stands.
        public let line: Int
        /// Its value.
        public let node: JSONNode

        init(name: String, line: Int, node: JSONNode) {
            (self.name, self.line, self.node) = (name, line, node)
        }
    }

    /// What it is.
    public let value: Value
    /// Where it begins; the first line is 1.
    public let line: Int

    init(_ value: Value, line: Int) {
        (self.value, self.line) = (value, line)
    }

    /// Reads a document: UTF-8, at most 32 values inside each other, no name twice in an object. O(bytes).
    /// - Throws: `invalidDocument`, with the line.
    public init(parsing bytes: [UInt8]) throws(AccessError) {
        var reader = JSONReader(bytes)
        self = try reader.document()
    }

    /// The value of a member; `nil` when this is no object or has none of that name.
    public subscript(name: String) -> JSONNode? {
        guard case .object(let members) = value else { return nil }
        return members.first { $0.name == name }?.node
    }

    /// The text; `nil` for other values.
    public var text: String? {
        if case .text(let text) = value { text } else { nil }
    }

    /// The number; `nil` for other values.
    public var number: Double? {
        if case .number(let text) = value { Double(text) } else { nil }
    }

    /// What it is called in messages.
    public var kind: String {
        switch value {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .text: "a text"
        case .list: "a list"
        case .object: "an object"
        }
    }
}
