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
        let paths: [String]
        /// `file:line` for messages.
        let location: String
        /// `COPY` or `ADD`.
        let instruction: String
    }

    /// What one instruction copies.
    struct Found: Sendable {
        /// The sources, in the order they are named, wildcards expanded.
        let sources: [CopySource]
        /// The content key of all sources.
        let key: Digest
        /// Patterns that match nothing.
        let unmatched: [String]
    }

    let root: FilePath
    let rules: IgnoreRules
    /// Where the ``StatCache`` is kept.
    let cacheFile: FilePath

    /// Answers each of `requests`.
    /// - Throws: `invalidInput` for a source that is not there, or that cannot be copied; `io`.
    func find(_ requests: [Request]) async throws -> [Found] {
        if requests.isEmpty { return [] }
        var matched = try await BlockingThreads.run { try match(requests) }
        let digests = try await hash(matched.flatMap { $0.sources.flatMap { $0 } })
        for index in matched.indices { matched[index].update(digests) }
        return matched.map(Self.found)
    }

    // MARK: Matching

    /// The sources of one request as the context has them.
    private struct Match: Sendable {
        var names: [[UInt8]] = []
        /// For each source, itself and what is below it.
        var sources: [[ContextEntry]] = []
        var unmatched: [String] = []

        mutating func update(_ digests: [FilePath: Hashed]) {
            for source in sources.indices {
                for index in sources[source].indices {
                    guard let hashed = digests[sources[source][index].file] else { continue }
                    sources[source][index].entry.content = hashed.digest
                    sources[source][index].entry.size = hashed.stamp.size
                    sources[source][index].entry.mtimeSeconds = hashed.stamp.mtime.seconds
                    sources[source][index].entry.mtimeNanoseconds = hashed.stamp.mtime.nanoseconds
                }
            }
        }
    }

    private func match(_ requests: [Request]) throws(BuildError) -> [Match] {
        var tree = ContextTree(root: root, rules: rules)
        var matches: [Match] = []
        for request in requests {
            var match = Match()
            for pattern in request.paths {
                let paths = try tree.paths(matching: pattern)
                if paths.isEmpty { match.unmatched.append(pattern) }
                for path in paths {
                    guard let entry = try tree.resolve(path) else { throw missing(pattern, path, request) }
                    let entries = try tree.subtree(at: entry)
                    if let socket = entries.first(where: \.isSocket) {
                        throw BuildError(
                            .invalidInput,
                            """
                            \(request.location): \(request.instruction) failed: \(socket.file) is a socket, which an \
                            image cannot hold; name it in .dockerignore.
                            """)
                    }
                    match.names.append(Array(path.name))
                    match.sources.append(entries)
                }
            }
            matches.append(match)
        }
        return matches
    }

    private func missing(_ pattern: String, _ path: LayerPath, _ request: Request) -> BuildError {
        let isThere = (try? Stat(.joining(root, path), followTargetSymlink: false)) != nil
        let reason = isThere ? " because .dockerignore excludes it" : ""
        let advice = isThere ? "let it in with a line `!\(pattern)`" : "check the path, which is relative to \(root)"
        return BuildError(
            .invalidInput,
            """
            \(request.location): \(request.instruction) failed: "\(pattern)" is not in the build context\(reason); \
            \(advice).
            """)
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
            if let digest = cache.digest(of: entry.stamp) {
                results[entry.file] = Hashed(digest: digest, stamp: entry.stamp)
            } else {
                unknown.append(entry.file)
            }
        }
        if unknown.isEmpty { return results }
        let files = unknown
        // What changes from now on may change again within the clock's resolution.
        let start = Clock.seconds()
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
        for hashed in fresh { cache.insert(hashed.digest, for: hashed.stamp, at: moment) }
        guard cache.isChanged else { return }
        try? StateFile.write(cache.encoded(), to: cacheFile)
    }

    // MARK: Keys

    private static func found(_ match: Match) -> Found {
        var key = ContentKey()
        var sources: [CopySource] = []
        for (name, entries) in zip(match.names, match.sources) {
            key.beginSource(String(decoding: name, as: UTF8.self))
            let rootCount = entries.first.map { $0.entry.path.bytes.count } ?? 0
            var files: [CopySource.File] = []
            for entry in entries {
                let relative = Array(entry.entry.path.bytes.dropFirst(rootCount).drop { $0 == UInt8(ascii: "/") })
                key.add(path: relative, entry: keyed(entry.entry, isSource: relative.isEmpty))
                let content = entry.entry.kind == .file ? CopyLayer.Item.Content.file(entry.file) : .none
                files.append(CopySource.File(path: relative, entry: entry.entry, content: content))
            }
            sources.append(CopySource(name: name, files: files))
        }
        return Found(sources: sources, key: key.finalize(), unmatched: match.unmatched)
    }

    /// What of a row the layer depends on: of a directory that is a source itself only what is below it is copied.
    private static func keyed(_ entry: Entry, isSource: Bool) -> Entry {
        guard isSource, entry.kind == .directory else { return entry }
        return Entry(path: entry.path, kind: .directory, mode: 0o755)
    }
}
