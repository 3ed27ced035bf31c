import ArgumentParser

/// A flag's value of the form `name=value,name=value`, where a part may stand in quotes when it has a comma.
struct FieldList {
    /// What was given, in order; the value is `nil` without `=`.
    let fields: [(name: String, value: String?)]

    /// - Parameter flag: whose value it is, for messages.
    /// - Throws: `ValidationError` for a quote that is not closed and for a field that is given twice.
    init(_ text: String, flag: String) throws {
        var fields: [(name: String, value: String?)] = []
        for part in try Self.split(text, flag) {
            let name: String
            var value: String?
            if let equals = part.firstIndex(of: "=") {
                name = part[..<equals].lowercased()
                value = String(part[part.index(after: equals)...])
            } else {
                name = part
            }
            guard !fields.contains(where: { $0.name == name }) else {
                throw ValidationError("\(flag): '\(name)' is given twice in '\(text)'")
            }
            fields.append((name, value))
        }
        self.fields = fields
    }

    private static func split(_ text: String, _ flag: String) throws -> [String] {
        var parts = [""]
        var isQuoted = false
        for character in text {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: parts.append("")
            default: parts[parts.count - 1].append(character)
            }
        }
        guard !isQuoted else { throw ValidationError("\(flag): a quote in '\(text)' is not closed") }
        return parts
    }
}
