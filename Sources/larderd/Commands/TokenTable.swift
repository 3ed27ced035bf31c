import Access
import FoundationEssentials
import OCI

/// Tokens as commands print them; without hashes, which are of no use to anybody.
struct TokenTable {
    /// A token, for scripts.
    private struct Row: Encodable {
        let id: String
        let name: String
        let state: String
        let grants: [Grant]
        let created: Int64
        let expires: Int64?
        let revoked: Int64?
        /// When the day began on which it was used last.
        let lastUsed: Int64?
    }

    private let tokens: [ListedToken]
    private let now: Int64

    /// - Parameter now: seconds since 1970.
    init(_ tokens: [ListedToken], at now: Int64) {
        self.tokens = tokens
        self.now = now
    }

    /// One object a line.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try tokens.map { token in
            let record = token.record
            let row = Row(
                id: record.id, name: record.name, state: state(of: record), grants: record.grants,
                created: record.created, expires: record.expires, revoked: record.revoked,
                lastUsed: token.lastUsed)
            return String(decoding: try encoder.encode(row), as: UTF8.self)
        }.joined(separator: "\n")
    }

    /// A table with a line for each.
    var text: String {
        let head = ["ID", "NAME", "STATE", "ALLOWS", "PROJECTS", "SCOPES", "CREATED", "EXPIRES", "LAST USED"]
        let rows = tokens.map { token -> [String] in
            let record = token.record
            return [
                record.id, record.name, state(of: record), Self.list(record.grants.map(\.rights.description)),
                Self.list(record.grants.map(\.projects.description)),
                Self.list(record.grants.flatMap(\.scopes).map(\.description)), Self.day(record.created),
                record.expires.map(Self.day) ?? "never", token.lastUsed.map(Self.day) ?? "never",
            ]
        }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        return ([head] + rows).map { row in
            // The last column needs nothing behind it.
            let padded = row.indices.dropLast().map { column in
                row[column] + String(repeating: " ", count: widths[column] - row[column].count)
            }
            return (padded + row.suffix(1)).joined(separator: "  ")
        }.joined(separator: "\n")
    }

    private func state(of record: TokenRecord) -> String {
        if record.revoked != nil { return "revoked" }
        return record.isValid(at: now) ? "valid" : "expired"
    }

    /// Each once, in order; a dash for none.
    private static func list(_ texts: [String]) -> String {
        var seen: Set<String> = []
        let distinct = texts.filter { seen.insert($0).inserted }
        return distinct.isEmpty ? "-" : distinct.joined(separator: ",")
    }

    private static func day(_ seconds: Int64) -> String {
        String(Timestamp.text(seconds: seconds).prefix(10))
    }
}
