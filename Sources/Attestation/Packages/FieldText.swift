/// Paragraphs of `Name: value` lines, in which a line that begins with a blank goes on with the one before: dpkg's status, and
/// the metadata of Python packages. Each has its fields by their names in lower case; of a field that occurs twice the first.
struct FieldText: Sequence, IteratorProtocol {
    private var lines: TextLines

    init(_ bytes: [UInt8]) {
        lines = TextLines(bytes)
    }

    /// The next paragraph that has a field; what is no field is passed over. O(its lines).
    mutating func next() -> [String: String]? {
        var fields: [String: String] = [:]
        while let line = lines.next() {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if line.isEmpty {
                if fields.isEmpty { continue }
                return fields
            }
            guard line.first != UInt8(ascii: " "), line.first != UInt8(ascii: "\t"),
                let colon = line.firstIndex(of: UInt8(ascii: ":"))
            else { continue }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            let value = line[(colon + 1)...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            if fields[name] == nil { fields[name] = String(decoding: value, as: UTF8.self) }
        }
        return fields.isEmpty ? nil : fields
    }
}
