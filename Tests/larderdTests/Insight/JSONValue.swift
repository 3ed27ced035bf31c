/// A JSON document that tests look into.
enum JSONValue: Decodable, Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case list([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    subscript(name: String) -> JSONValue {
        if case .object(let members) = self { members[name] ?? .null } else { .null }
    }

    subscript(index: Int) -> JSONValue {
        if case .list(let values) = self, values.indices.contains(index) { values[index] } else { .null }
    }

    /// Of a list; -1 for anything else.
    var count: Int { if case .list(let values) = self { values.count } else { -1 } }

    /// -1 for what is none.
    var number: Double { if case .number(let value) = self { value } else { -1 } }

    /// Empty for what is none.
    var string: String { if case .string(let value) = self { value } else { "" } }
}
