/// Who wrote a record, as the server knows it: from what the writer proved, not from what it says.
public struct RecordAuthor: Codable, Hashable, Sendable {
    /// Kind and name, as in `token:ci-main` or `job:github:org/repo@refs/heads/main`; `anonymous` for whoever showed nothing.
    public var identity: String
    /// What a job proved of itself, for people.
    public var job: String?
    /// When it was written. Seconds since 1970, by the server's clock.
    public var time: Int64

    /// The most bytes of an identity or a job.
    public static let textBytesMaximum = 1000

    /// Makes an author; longer texts are cut off.
    public init(identity: String, job: String? = nil, time: Int64) {
        self.identity = Self.cut(identity)
        self.job = job.map(Self.cut)
        self.time = time
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > textBytesMaximum else { return text }
        return String(decoding: text.utf8.prefix(textBytesMaximum - 3), as: UTF8.self)
    }
}
