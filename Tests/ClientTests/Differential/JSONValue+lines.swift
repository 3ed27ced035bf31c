import OCI

/// A document written with sorted keys and without what is empty, so that it can be compared.
extension JSONValue {
    /// Whether it says no more than if it were not there.
    var saysNothing: Bool {
        switch self {
        case .null, .text(""), .bool(false): true
        case .list(let list): list.isEmpty
        // `{}` is a value of ExposedPorts and Volumes.
        case .object, .text, .integer, .number, .bool: false
        }
    }

    /// All of it.
    var line: String {
        switch self {
        case .null: "null"
        case .text(let text): text.debugDescription
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .bool(let bool): "\(bool)"
        case .list(let list): "[\(list.map(\.line).joined(separator: ", "))]"
        case .object(let object):
            "{\(object.sorted { $0.key < $1.key }.map { "\($0.key.debugDescription): \($0.value.line)" }.joined(separator: ", "))}"
        }
    }

    /// A line for each member that is not empty.
    func lines(_ prefix: String) -> [String] {
        guard case .object(let object) = self else { return ["\(prefix) \(line)"] }
        return object.filter { !$0.value.saysNothing }.map { "\(prefix).\($0.key) \($0.value.line)" }.sorted()
    }
}
