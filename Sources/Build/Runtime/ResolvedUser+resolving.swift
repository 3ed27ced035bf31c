extension ResolvedUser {
    /// Resolves `text` as USER or --chown has it (`name`, `uid`, `name:group`, `uid:gid`, …) with the bytes of the
    /// image's `/etc/passwd` and `/etc/group` (`nil` when there is none). A number needs no entry, and is never taken
    /// as a name. Without a group it has the group of its entry, else 0; in --chown (`ownerOfFiles`) the group of the
    /// same number.
    /// - Throws: `invalidInput` for a name that is not there, and for a number above 2,147,483,647.
    public init(resolving text: String, passwd: [UInt8]?, group: [UInt8]?, ownerOfFiles: Bool) throws(BuildError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = parts.first ?? ""
        let users = Self.rows(passwd, fields: 7)
        let groups = Self.rows(group, fields: 4)
        let number = try Self.number(name)
        let row = users.first { row in number.map { UInt32(row[2]) == $0 } ?? (row[0] == name) }
        if let row, let uid = UInt32(row[2]), let gid = UInt32(row[3]) {
            let keepsNumber = ownerOfFiles && number != nil
            self.init(
                uid: uid, gid: keepsNumber ? uid : gid, additionalGroups: [], home: row[5].isEmpty ? "/" : row[5])
        } else if let uid = number {
            self.init(uid: uid, gid: ownerOfFiles ? uid : 0, additionalGroups: [], home: "/")
        } else if name.isEmpty {
            self = .root
        } else {
            throw BuildError(
                .invalidInput, "there is no user '\(name)' in the image's /etc/passwd; use a number, or make the user")
        }
        if parts.count == 2, !parts[1].isEmpty {
            gid = try Self.groupNumber(parts[1], groups)
        } else if let row, !ownerOfFiles {
            additionalGroups = groups.filter { $0[3].split(separator: ",").contains { $0 == row[0] } }
                .compactMap { UInt32($0[2]) }.filter { $0 != gid }
        }
    }

    private static func groupNumber(_ name: String, _ groups: [[String]]) throws(BuildError) -> UInt32 {
        if let gid = try number(name) { return gid }
        if let row = groups.first(where: { $0[0] == name }), let gid = UInt32(row[2]) { return gid }
        throw BuildError(
            .invalidInput, "there is no group '\(name)' in the image's /etc/group; use a number, or make the group")
    }

    /// The number that a text of digits stands for; `nil` for other texts.
    private static func number(_ text: String) throws(BuildError) -> UInt32? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        if let number = Int32(text) { return UInt32(number) }
        throw BuildError(.invalidInput, "\(text) is not a user or group: numbers go from 0 to \(Int32.max)")
    }

    /// The rows of a file of colon-separated fields (passwd(5), group(5)); rows with too few are left out.
    private static func rows(_ bytes: [UInt8]?, fields: Int) -> [[String]] {
        String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n").compactMap { line in
            let row = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            return row.count >= fields ? row : nil
        }
    }
}
