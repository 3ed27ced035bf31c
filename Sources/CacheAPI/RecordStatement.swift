public import Chunking

/// What is signed of a step record: which layers a key has, in which project and scope, and who says so. A record that is put
/// under another key or into another scope or project, or has other layers, has another statement.
public struct RecordStatement: Hashable, Sendable {
    /// Whose it is.
    public var project: ProjectName
    /// The step's key.
    public var key: Digest
    /// The key of what it stands on.
    public var parent: Digest
    /// The layers of the record.
    public var chain: [Digest]
    /// The scope it is recorded in.
    public var scope: ScopeName
    /// Who built it, as it says.
    public var writer: String
    /// When it was built. Seconds since 1970.
    public var created: Int64
    /// Who wrote it, as the server knows; `nil` in what the writer itself signs, which does not know.
    public var author: RecordAuthor?

    /// Makes a statement.
    public init(
        project: ProjectName, key: Digest, parent: Digest, chain: [Digest], scope: ScopeName, writer: String,
        created: Int64, author: RecordAuthor? = nil
    ) {
        self.project = project
        self.key = key
        self.parent = parent
        self.chain = chain
        self.scope = scope
        self.writer = writer
        self.created = created
        self.author = author
    }

    /// That of a record.
    public init(_ record: StepRecord, in project: ProjectName, author: RecordAuthor? = nil) {
        self.init(
            project: project, key: record.key, parent: record.parent, chain: record.chain, scope: record.scope,
            writer: record.writer, created: record.created, author: author)
    }

    /// What is signed.
    public var digest: Digest {
        var hasher = KeyHasher(domain: "larder.record-statement.v1")
        hasher.add([project.description, scope.description, writer, "\(created)"])
        hasher.add(key)
        hasher.add(parent)
        hasher.add(chain)
        if let author { hasher.add([author.identity, author.job ?? "", "\(author.time)"]) }
        return hasher.finalize()
    }
}
