/// Paragraphs of `Name: value` lines, in which a line that begins with a blank goes on with the one before: dpkg's status, and
/// the metadata of Python packages.
struct FieldText {
    /// The fields of each paragraph, by their names in lower case; of a field that occurs twice the first.
    let paragraphs: [[String: String]]

    /// Reads `bytes`; what is no field is passed over. O(n).
    init(_ bytes: [UInt8], upTo maximum: Int = .max) {
        var paragraphs: [[String: String]] = []
        var fields: [String: String] = [:]
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if line.isEmpty {
                if !fields.isEmpty { paragraphs.append(fields) }
                fields = [:]
                if paragraphs.count == maximum { break }
                continue
            }
            guard line.first != UInt8(ascii: " "), line.first != UInt8(ascii: "\t"),
                let colon = line.firstIndex(of: UInt8(ascii: ":"))
            else { continue }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            let value = line[(colon + 1)...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            if fields[name] == nil { fields[name] = String(decoding: value, as: UTF8.self) }
        }
        if !fields.isEmpty, paragraphs.count < maximum { paragraphs.append(fields) }
        self.paragraphs = paragraphs
    }
}
