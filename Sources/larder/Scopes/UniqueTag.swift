import CacheAPI

/// The tag that images of one job have and those of no other: of the scope, the commit and the run, as in
/// `feature-x-0123456789ab-17`.
///
/// It carries the scope's name as GitLab makes `CI_COMMIT_REF_SLUG`, so that whoever may write the scope may write the tag. A
/// release, which is a git tag, is called as that.
enum UniqueTag {
    /// How much of a commit's name is in it.
    private static let commitLength = 12
    /// What the longest slug has. Bytes.
    private static let slugLength = 63
    /// What the longest tag has (OCI Distribution Specification). Bytes.
    private static let length = 128

    /// That of `job`, whose steps are recorded in `scope`; `nil` when neither a commit nor a run is known that would tell it
    /// from others.
    static func make(for job: DetectedJob, scope: ScopeName) -> String? {
        if let tag = job.tag, scope == job.scopes.own { return name(of: tag.value) }
        let commit = job.commit.map { String($0.value.prefix(commitLength)) }
        let parts = [commit, job.run?.value].compactMap { $0 }.map(name).filter { !$0.isEmpty }
        guard !parts.isEmpty else { return nil }
        return name(of: ([slug(of: scope)] + parts).filter { !$0.isEmpty }.joined(separator: "-"))
    }

    /// In lower case, with a dash for all but letters and digits.
    private static func slug(of scope: ScopeName) -> String {
        let dashed = scope.description.lowercased().utf8.map { isAlphanumeric($0) ? $0 : UInt8(ascii: "-") }
        let cut = dashed.prefix(slugLength).drop { $0 == UInt8(ascii: "-") }
        return String(decoding: cut.reversed().drop { $0 == UInt8(ascii: "-") }.reversed(), as: UTF8.self)
    }

    /// The text with a dash for what no tag may have.
    private static func name(of text: String) -> String {
        let bytes = text.utf8.map { byte in
            isAlphanumeric(byte) || "ABCDEFGHIJKLMNOPQRSTUVWXYZ._-".utf8.contains(byte) ? byte : UInt8(ascii: "-")
        }
        return String(decoding: bytes.drop { ".-".utf8.contains($0) }.prefix(length), as: UTF8.self)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
