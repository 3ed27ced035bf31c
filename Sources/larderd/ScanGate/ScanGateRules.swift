import Access
import FoundationEssentials
import OCI
import SystemPackage

/// Which images are judged before their tags are set, by whom, and what happens while there is no verdict: a file that the
/// administrator of a server writes.
struct ScanGateRules: Hashable, Sendable {
    /// Who judges.
    enum Scanner: Hashable, Sendable {
        /// A program with arguments; `{layout}` in one of them stands for a directory that has the image.
        case command([String])
        /// A service that fetches the image.
        case service(ScanServiceRule)
    }

    /// What a push waits for.
    enum Mode: String, Hashable, Sendable {
        /// The verdict, for a while.
        case wait
        /// Nothing.
        case quarantine
    }

    /// What becomes of an image that the scanner cannot judge.
    enum FailureRule: String, Hashable, Sendable {
        /// It stays in quarantine.
        case refuse
        /// Its tags are set.
        case release
    }

    private static let keys = [
        "command", "run-as", "directory", "url", "token-file", "ca-file", "insecure", "registry", "mode", "wait",
        "on-failure", "timeout", "verdict-lifetime", "tags", "except-tags", "concurrency",
    ]

    /// How long a verdict holds that settings say nothing of. Seconds.
    static let defaultLifetime: Int64 = 7 * 86_400

    let scanner: Scanner
    /// User and group that a command runs as; `nil` for the server's own.
    let runAs: (user: UInt32, group: UInt32)?
    /// Where images are put for a command; `nil` for `scan` in the root.
    let directory: FilePath?
    var mode = Mode.wait
    var onFailure = FailureRule.refuse
    /// How long a push waits. Seconds.
    var wait: Int64 = 60
    /// How long one judgement may take. Seconds.
    var timeout: Int64 = 300
    /// How long a verdict holds. Seconds.
    var lifetime = defaultLifetime
    /// Which tags are set only after a verdict.
    var tags = TagPatterns.all
    /// And which are set at once though: where cosign keeps what it says about images, as images.
    var exceptTags = TagPatterns("sha256-*.sig,sha256-*.att,sha256-*.sbom") ?? .none
    /// How many images are judged at once.
    var concurrency = 2

    /// Reads a document.
    /// - Throws: `invalidDocument`, `invalidRules`, with the line.
    init(parsing bytes: [UInt8]) throws(AccessError) {
        let fields = try DocumentFields(try JSONNode(parsing: bytes), "the document", known: Self.keys)
        scanner = try Self.scanner(fields)
        runAs = try Self.user(fields)
        directory = try fields.text("directory").map { FilePath($0) }
        guard runAs == nil || directory != nil else {
            throw fields.flaw("run-as", "needs a 'directory' that this user can read: nobody else can read the root")
        }
        try Self.read("mode", fields, "wait or quarantine", Mode.init(rawValue:), into: &mode)
        try Self.read("on-failure", fields, "refuse or release", FailureRule.init(rawValue:), into: &onFailure)
        try Self.read("wait", fields, "a time from 1s to 4m, as in 1m", Self.time(1...240), into: &wait)
        try Self.read("timeout", fields, "a time from 1s to 1h, as in 5m", Self.time(1...3_600), into: &timeout)
        try Self.read(
            "verdict-lifetime", fields, "a time from 1m to 365d, as in 7d", Self.time(60...31_536_000), into: &lifetime)
        try Self.patterns("tags", fields, into: &tags)
        try Self.patterns("except-tags", fields, into: &exceptTags)
        if let node = fields["concurrency"] {
            guard let number = node.number, let count = Int(exactly: number), (1...16).contains(count) else {
                throw fields.flaw("concurrency", "must be a number from 1 to 16")
            }
            concurrency = count
        }
    }

    /// Whether a tag is set only after a verdict.
    func isAbout(_ tag: TagName, in repository: RepositoryName) -> Bool {
        let (tag, name) = (tag.description.utf8, repository.description.utf8)
        return tags.contains(tag, in: name) && !exceptTags.contains(tag, in: name)
    }

    /// What the scanner is called in verdicts that do not say it.
    var title: String {
        switch scanner {
        case .command(let words): words.first.flatMap { FilePath($0).lastComponent?.string } ?? "command"
        case .service(let service): service.origin
        }
    }

    static func == (a: ScanGateRules, b: ScanGateRules) -> Bool { a.key == b.key }

    func hash(into hasher: inout Hasher) { hasher.combine(key) }

    private var key: String { "\(self)" }

    // MARK: Members

    private static func scanner(_ fields: DocumentFields) throws(AccessError) -> Scanner {
        guard let words = try fields.texts("command") else {
            guard fields["url"] != nil else {
                throw fields.flaw(
                    "command", "or 'url' must say who judges, as in [\"/usr/local/bin/judge\", \"{layout}\"]")
            }
            return .service(try ScanServiceRule(fields))
        }
        guard fields["url"] == nil else {
            throw fields.flaw("url", "is given, and 'command', too: leave out one of the two")
        }
        guard words.count <= 100, let program = words.first, FilePath(program).isAbsolute else {
            throw fields.flaw("command", "must begin with the absolute path of a program; there is no shell")
        }
        guard words.dropFirst().contains(where: { $0.contains("{layout}") }) else {
            throw fields.flaw("command", "has no argument with {layout}, which stands for the directory with the image")
        }
        return .command(words)
    }

    private static func user(_ fields: DocumentFields) throws(AccessError) -> (user: UInt32, group: UInt32)? {
        guard let text = try fields.text("run-as") else { return nil }
        let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map { UInt32($0) }
        guard numbers.count == 2, let user = numbers[0], let group = numbers[1] else {
            throw fields.flaw(
                "run-as", "is '\(text.prefix(80))'; valid are the numbers of a user and a group, as in 65534:65534")
        }
        return (user, group)
    }

    private static func read<Value>(
        _ name: String, _ fields: DocumentFields, _ valid: String, _ parse: (String) -> Value?, into value: inout Value
    ) throws(AccessError) {
        guard let text = try fields.text(name) else { return }
        guard let parsed = parse(text) else {
            throw fields.flaw(name, "is '\(text.prefix(80))'; valid is \(valid)")
        }
        value = parsed
    }

    private static func time(_ range: ClosedRange<Int64>) -> (String) -> Int64? {
        { text in TimeSpan.parse(text).flatMap { Int64(exactly: $0) }.flatMap { range.contains($0) ? $0 : nil } }
    }

    private static func patterns(
        _ name: String, _ fields: DocumentFields, into patterns: inout TagPatterns
    ) throws(AccessError) {
        guard let texts = try fields.texts(name) else { return }
        guard let parsed = TagPatterns(texts.joined(separator: ",")) else {
            throw fields.flaw(name, "must have patterns of tags, as in \"v*\" or \"shop/*:v*\"")
        }
        patterns = parsed
    }
}
