package import OCI

/// What tests look at in a document; what is not there is `null`, so that an expectation fails and nothing traps.
extension JSONValue {
    package subscript(name: String) -> JSONValue { members?[name] ?? .null }

    package subscript(index: Int) -> JSONValue {
        if case .list(let values) = self, values.indices.contains(index) { values[index] } else { .null }
    }

    /// Of a list; -1 for anything else.
    package var count: Int { if case .list(let values) = self { values.count } else { -1 } }

    /// -1 for what is no number.
    package var double: Double {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: -1
        }
    }

    /// Empty for what is no text.
    package var string: String { if case .text(let value) = self { value } else { "" } }
}
