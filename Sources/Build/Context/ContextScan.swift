internal import CacheAPI
internal import Chunking
internal import Dockerfile
internal import Synchronization
internal import SystemPackage

/// Finds what the COPY and ADD instructions of a plan take from the build context, and hashes it.
struct ContextScan: Sendable {
    /// One instruction that copies from the context.
    struct Request: Sendable {
        /// Its sources.
        let items: [CopyOperation.Item]
        /// `--exclude`.
        let excludes: [String]
        /// `file:line` for messages.
        let location: String
        /// `COPY` or `ADD`, or `RUN --mount`.
        let instruction: String
        /// Whether a source itself is shown in the place of a mount: a directory counts, not just what is in it, and names
        /// do not.
        var showsDirectories = false
    }

    /// What one instruction copies.
    struct Found: Sendable {
        /// One source.
        enum Source: Sendable {
            case files(CopySource)
            /// What is fetched when the instruction is executed.
            case remote(CopyOperation.Item, RemoteSources.Identity)
        }

        /// The sources, in the order they are named, wildcards expanded.
        let sources: [Source]
        /// The content key of all sources.
        let key: Digest
        /// Patterns that match nothing.
        let unmatched: [String]

        /// The first source, when it is here.
        var first: CopySource? {
            if case .files(let source)? = sources.first { return source }
            return nil
        }
    }

    let root: FilePath
    let rules: IgnoreRules
    /// Whether modes are those that Git stores (``ContextEntry/normalizeMode()``).
    let normalizesModes: Bool
    /// Where the ``StatCache`` is kept.
    let cacheFile: FilePath
    /// What sources are that are fetched.
    let remotes: [CopyOperation.Item: RemoteSources.Identity]
    /// What enters keys.
    let keyRules: KeyRules

    /// Answers each of `requests`.
    /// - Throws: `invalidInput` for a source that is not there, or that cannot be copied; `io`.
    func find(_ requests: [Request]) async throws -> [Found] {
        if requests.isEmpty { return [] }
        var matched = try await BlockingThreads.run { try match(requests) }
        let digests = try await hash(matched.flatMap { $0.parts.flatMap(\.entries) })
        for index in matched.indices { matched[index].update(digests) }
        return zip(requests, matched).map { found($1, showsDirectories: $0.showsDirectories) }
    }

    // MARK: Matching

    /// One source as the context has it.
    private struct Part: Sendable {
        var name: [UInt8]
        /// Itself and what is below it; empty for what is fetched.
        var entries: [ContextEntry] = []
        var remote: (item: CopyOperation.Item, identity: RemoteSources.Identity)?
    }

    /// The sources of one request.
    private struct Match: Sendable {
        var parts: [Part] = []
        var unmatched: [String] = []

        mutating func update(_ digests: [FilePath: Hashed]) {
            for part in parts.indices {
                for index in parts[part].entries.indices {
                    guard let hashed = digests[parts[part].entries[index].file] else { continue }
                    parts[part].entries[index].entry.content = hashed.digest
                    parts[part].entries[index].entry.size = hashed.stamp.size
                    parts[part].entries[index].entry.mtimeSeconds = hashed.stamp.mtime.seconds
                    parts[part].entries[index].entry.mtimeNanoseconds = hashed.stamp.mtime.nanoseconds
                }
            }
        }
    }

    private func match(_ requests: [Request]) throws(BuildError) -> [Match] {
        var tree = ContextTree(root: root, rules: rules, normalizesModes: normalizesModes)
        var matches: [Match] = []
        for request in requests {
            var match = Match()
            for item in request.items {
                switch item {
                case .path(let path): try add(path, nil, request, &tree, &match)
                case .tree(let root, let pattern): try add(root, pattern, request, &tree, &match)
                case .download, .repository:
                    guard let identity = remotes[item] else { continue }
                    match.parts.append(Part(name: identity.name, remote: (item, identity)))
                }
            }
            matches.append(match)
        }
        return matches
    }

    /// Adds what `root` names; with a pattern what of it matches.
    private func add(
        _ root: String, _ pattern: String?, _ request: Request, _ tree: inout ContextTree, _ match: inout Match
    ) throws(BuildError) {
        let filter = try CopyFilter(pattern: pattern, excludes: request.excludes)
        let written = pattern.map { [root, $0].filter { !$0.isEmpty }.joined(separator: "/") } ?? root
        let paths = try tree.paths(matching: root)
        var isEmpty = paths.isEmpty
        for path in paths {
            guard let entry = try tree.resolve(path) else { throw try missing(written, path, request, &tree) }
            let count = entry.entry.path.bytes.count
            let entries = filter.apply(try tree.subtree(at: entry)) { row in
                Array(row.entry.path.bytes.dropFirst(count).drop { $0 == UInt8(ascii: "/") })
            }
            try refuseSockets(in: entries, request)
            if let pattern, !pattern.isEmpty, entries.count < 2 { isEmpty = true }
            match.parts.append(Part(name: Array(path.name), entries: entries))
        }
        guard isEmpty else { return }
        guard pattern == nil || CopyPaths.hasWildcard(written) else {
            throw try missing(written, LayerPath(written), request, &tree)
        }
        match.unmatched.append(written)
    }

    private func refuseSockets(in entries: [ContextEntry], _ request: Request) throws(BuildError) {
        guard let socket = entries.first(where: \.isSocket) else { return }
        throw BuildError(
            .invalidInput,
            """
            \(request.location): \(request.instruction) failed: \(socket.file) is a socket, which an image cannot hold; \
            name it in .dockerignore.
            """)
    }

    private func missing(
        _ pattern: String, _ path: LayerPath, _ request: Request, _ tree: inout ContextTree
    ) throws(BuildError) -> BuildError {
        let isThere = (try? Stat(.joining(root, path), followTargetSymlink: false)) != nil
        let reason =
            if !isThere {
                "; check the path, which is relative to the context (\(root))"
            } else if let link = try tree.firstLink(on: path)?.entry {
                """
                : \(link.path.description.dropFirst()) is a link to \(String(decoding: link.linkTarget, as: UTF8.self)), \
                and links are followed in the context only, to what .dockerignore lets in; copy what it should lead to
                """
            } else {
                " because .dockerignore excludes it; let it in with a line `!\(pattern)`"
            }
        return BuildError(
            .invalidInput,
            "\(request.location): \(request.instruction) failed: \"\(pattern)\" is not in the build context\(reason).")
    }

    // MARK: Hashing

    private struct Hashed: Sendable {
        let digest: Digest
        let stamp: FileStamp
    }

    /// Hashes every regular file once, on two threads.
    private func hash(_ entries: [ContextEntry]) async throws -> [FilePath: Hashed] {
        let cache = try await BlockingThreads.run { readCache() }
        var results: [FilePath: Hashed] = [:]
        var unknown: [FilePath] = []
        var seen: Set<FilePath> = []
        for entry in entries where entry.entry.kind == .file && seen.insert(entry.file).inserted {
            if let digest = cache.digest(of: keyRules.stamp(entry.stamp)) {
                results[entry.file] = Hashed(digest: digest, stamp: entry.stamp)
            } else {
                unknown.append(entry.file)
            }
        }
        if unknown.isEmpty { return results }
        let files = unknown
        // What changes from now on may change again within the clock's resolution.
        let start = keyRules.now()
        let turns = Turns()
        try await withThrowingTaskGroup(of: [(FilePath, Hashed)].self) { group in
            for _ in 0..<min(2, files.count) {
                group.addTask {
                    try await BlockingThreads.run {
                        var hashed: [(FilePath, Hashed)] = []
                        while case let index = turns.next(), index < files.count {
                            let (digest, stamp) = try FileHasher.hash(files[index])
                            hashed.append((files[index], Hashed(digest: digest, stamp: stamp)))
                        }
                        return hashed
                    }
                }
            }
            for try await part in group {
                for (file, hashed) in part { results[file] = hashed }
            }
        }
        let fresh = results
        try await BlockingThreads.run { writeCache(cache, with: files.compactMap { fresh[$0] }, at: start) }
        return results
    }

    /// Deals out numbers from 0, each to one taker.
    private final class Turns: Sendable {
        private let count = Atomic<Int>(0)

        func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
    }

    private func readCache() -> StatCache {
        StatCache(decoding: (try? StateFile.read(cacheFile, upTo: 64 << 20)) ?? [])
    }

    /// A cache that cannot be written costs time in the next build, no more.
    private func writeCache(_ old: StatCache, with fresh: [Hashed], at moment: Int64) {
        var cache = old
        for hashed in fresh { cache.insert(hashed.digest, for: keyRules.stamp(hashed.stamp), at: moment) }
        guard cache.isChanged else { return }
        try? StateFile.write(cache.encoded(), to: cacheFile)
    }

    // MARK: Keys

    private func found(_ match: Match, showsDirectories: Bool) -> Found {
        var key = ContentKey()
        var sources: [Found.Source] = []
        for part in match.parts {
            // A mount shows it under a name of its own.
            key.beginSource(showsDirectories ? "" : String(decoding: part.name, as: UTF8.self))
            if let (item, identity) = part.remote {
                key.add(path: [], entry: identity.entry)
                sources.append(.remote(item, identity))
                continue
            }
            let rootCount = part.entries.first.map { $0.entry.path.bytes.count } ?? 0
            var files: [CopySource.File] = []
            var numbers = ContextFileNumbers()
            var names = LinkedNames()
            for entry in part.entries {
                let relative = Array(entry.entry.path.bytes.dropFirst(rootCount).drop { $0 == UInt8(ascii: "/") })
                // The context itself is no directory of the build: what it is like depends on the checkout.
                let isHidden = relative.isEmpty && !(showsDirectories && rootCount > 0)
                let keyed = isHidden ? Self.withoutAttributes(entry.entry) : entry.entry
                let number = numbers.number(of: entry)
                let first = keyRules.keysLinks ? names.first(number, relative) : nil
                key.add(path: relative, entry: keyRules.file(keyed), linkedTo: first)
                let content = entry.entry.kind == .file ? CopyLayer.Item.Content.file(entry.file) : .none
                files.append(CopySource.File(path: relative, entry: entry.entry, content: content, file: number))
            }
            sources.append(.files(CopySource(name: part.name, files: files)))
        }
        return Found(sources: sources, key: key.finalize(), unmatched: match.unmatched)
    }

    /// What of the row of a source counts when only what is below it is copied.
    private static func withoutAttributes(_ entry: Entry) -> Entry {
        guard entry.kind == .directory else { return entry }
        return Entry(path: entry.path, kind: .directory, mode: 0o755)
    }
}
