/// Takes the part out of a claim's value that a rule wants. What it finds nothing in has no such part.
enum ClaimFilter: String, CaseIterable, Sendable {
    /// `refs/heads/feature/x`: `feature/x`
    case branch
    /// `refs/tags/v1`: `v1`
    case tag
    /// `refs/pull/12/merge` and `refs/merge-requests/12/head`: `12`
    case number
    /// What is before the first slash.
    case first
    /// What is behind the last slash, but for one at the very end.
    case last
    /// In lower case.
    case lower
    /// In lower case, with one `-` for everything but letters and digits, as GitLab makes of a branch. Two branches may have
    /// the same.
    case slug

    /// The part of `value`; `nil` when there is none.
    func apply(_ value: String) -> String? {
        let result: String? =
            switch self {
            case .branch: Self.rest(of: value, behind: "refs/heads/")
            case .tag: Self.rest(of: value, behind: "refs/tags/")
            case .number: Self.number(value)
            case .first: value.split(separator: "/", omittingEmptySubsequences: false).first.map(String.init)
            case .last: value.split(separator: "/").last.map(String.init)
            case .lower: value.lowercased()
            case .slug: Self.slug(value)
            }
        return result?.isEmpty == false ? result : nil
    }

    private static func rest(of value: String, behind prefix: String) -> String? {
        value.hasPrefix(prefix) ? String(value.dropFirst(prefix.count)) : nil
    }

    private static func number(_ value: String) -> String? {
        let parts = value.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "refs", ["pull", "merge-requests"].contains(parts[1]),
            UInt64(parts[2]).map({ String($0) }) == String(parts[2])
        else { return nil }
        return String(parts[2])
    }

    private static func slug(_ value: String) -> String {
        let words = value.lowercased().utf8.split { byte in
            !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
    }
}
