internal import Chunking
internal import Dockerfile
internal import Networking
internal import Synchronization
internal import SystemPackage

/// What ADD fetches: files and Git repositories. Those whose checksum or commit can be known without them are brought here
/// only when a step must be built.
final class RemoteSources: Sendable {
    /// What a source is, without having it.
    struct Identity: Sendable {
        /// Its name where it is copied into a directory.
        let name: [UInt8]
        /// Of its bytes, or of the commit and what of it is copied.
        let digest: Digest
        /// For people; without a login, and without parameters, which may be one.
        let description: String

        init(name: [UInt8], digest: Digest, address: String) {
            self.name = name
            self.digest = digest
            description = String(URLLogin.split(address).url.prefix { $0 != "?" })
        }

        /// The row that it enters keys as.
        var entry: Entry { Entry(path: LayerPath(name), kind: .file, mode: 0o600, content: digest) }
    }

    private let web: WebClient
    private let logins: RemoteLogins
    private let directory: FilePath
    private let downloads = Mutex<[RemoteFile: Download.File]>([:])
    private let checkouts = Mutex<[GitReference: GitCheckout]>([:])
    /// Whether anything is fetched; if not, what is to be fetched counts by its checksum or else its address.
    private let fetches: Bool
    private let turn = TaskLimit(1)
    private let count = Atomic<Int>(0)

    /// - Parameter directory: is made for what is fetched; ``remove()`` removes it.
    init(_ network: NetworkSettings, _ logins: RemoteLogins, in directory: FilePath, fetches: Bool = true) {
        web = WebClient(network, .forDownloads)
        self.logins = logins
        self.directory = directory
        self.fetches = fetches
    }

    /// Says what the items are that are fetched; others are left out.
    /// - Throws: `invalidInput` for what cannot be had, `notPermitted` without git.
    func identities(of items: [CopyOperation.Item]) async throws -> [CopyOperation.Item: Identity] {
        var identities: [CopyOperation.Item: Identity] = [:]
        for item in items where identities[item] == nil {
            switch item {
            case .path, .tree: continue
            case .download(let file): identities[item] = try await identity(of: file)
            case .repository(let repository):
                identities[item] = fetches ? try await checkout(of: repository).identity : Self.address(of: repository)
            }
        }
        return identities
    }

    /// The source itself, fetched if it was not yet.
    /// - Throws: `invalidInput` for what cannot be had or is not what it should be; `io`.
    func source(of item: CopyOperation.Item) async throws -> CopySource {
        switch item {
        case .path, .tree: return CopySource(name: [], files: [])
        case .download(let file): return try await download(file).source(named: file.name)
        case .repository(let repository):
            let checkout = try await checkout(of: repository)
            return try await turn.run { try await checkout.source(in: self.place()) }
        }
    }

    /// A commit of a repository as a directory.
    /// - Parameter keepsGit: whether git's own directory stays.
    /// - Throws: as ``source(of:)``.
    func directory(of repository: GitReference, keepsGit: Bool) async throws -> FilePath {
        let checkout = try await checkout(of: repository)
        return try await turn.run { try await checkout.files(in: self.place(), keepsGit: keepsGit) }
    }

    /// A file that was fetched.
    /// - Throws: `invalidInput` for what cannot be had; `io`.
    func file(of remote: RemoteFile) async throws -> FilePath { try await download(remote).path }

    /// Removes what was fetched, and ends all connections.
    func remove() async {
        await web.shutdown()
        let directory = directory
        await Task.detached { try? await BlockingThreads.run { try TreeWalk.remove(directory) } }.value
    }

    private func identity(of file: RemoteFile) async throws -> Identity {
        var digest = file.checksum.flatMap { Digest("sha256:\($0)") }
        if digest == nil {
            digest = fetches ? try await download(file).digest : Digest(hashing: Array("\(file.url)".utf8))
        }
        guard let digest else { throw BuildError(.invalidInput, "\(file) cannot be told from others.") }
        return Identity(name: Array(file.name.utf8), digest: digest, address: file.url)
    }

    private static func address(of repository: GitReference) -> Identity {
        let text = "\(repository)"
        return Identity(name: [], digest: Digest(hashing: Array(text.utf8)), address: text)
    }

    private func download(_ file: RemoteFile) async throws -> Download.File {
        try await turn.run {
            if let known = downloads.withLock({ $0[file] }) { return known }
            let fetched = try await Download(web, logins).fetch(file, to: try await place())
            downloads.withLock { $0[file] = fetched }
            return fetched
        }
    }

    private func checkout(of repository: GitReference) async throws -> GitCheckout {
        try await turn.run {
            if let known = checkouts.withLock({ $0[repository] }) { return known }
            let login = try await logins.authorization(for: repository)
            let found = try await GitCheckout(repository, login: login)
            checkouts.withLock { $0[repository] = found }
            return found
        }
    }

    /// A new path to put something at.
    private func place() async throws -> FilePath {
        let number = count.add(1, ordering: .relaxed).newValue
        try await BlockingThreads.run { [directory] in try StateFile.makeDirectory(directory) }
        return directory.appending("\(number)")
    }
}
