/// Any JSON, written with sorted keys and without what is empty, so that it can be compared.
enum JSONValue: Decodable, CustomStringConvertible {
    case null
    case text(String)
    case number(Double)
    case truth(Bool)
    case list([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let truth = try? container.decode(Bool.self) {
            self = .truth(truth)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([JSONValue].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    subscript(key: String) -> JSONValue {
        if case .object(let object) = self { object[key] ?? .null } else { .null }
    }

    var items: [JSONValue] {
        if case .list(let items) = self { items } else { [] }
    }

    /// Whether it says no more than if it were not there.
    var isEmpty: Bool {
        switch self {
        case .null, .text(""), .truth(false): true
        case .list(let list): list.isEmpty
        // `{}` is a value of ExposedPorts and Volumes.
        case .object, .text, .number, .truth: false
        }
    }

    var description: String {
        switch self {
        case .null: "null"
        case .text(let text): text.debugDescription
        case .number(let number): "\(number)"
        case .truth(let truth): "\(truth)"
        case .list(let list): "[\(list.map(\.description).joined(separator: ", "))]"
        case .object(let object):
            "{\(object.sorted { $0.key < $1.key }.map { "\($0.key.debugDescription): \($0.value)" }.joined(separator: ", "))}"
        }
    }

    /// A line for each member that is not empty.
    func lines(_ prefix: String) -> [String] {
        guard case .object(let object) = self else { return ["\(prefix) \(self)"] }
        return object.filter { !$0.value.isEmpty }.map { "\(prefix).\($0.key) \($0.value)" }.sorted()
    }
}
