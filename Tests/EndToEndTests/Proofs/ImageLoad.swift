import CacheAPI
import Chunking
import NIOHTTP1
import Synchronization
import TestSupport

/// Pushes, pulls and deletes small images, and knows which of them a server must have.
final class ImageLoad: Sendable {
    /// An image that was pushed.
    struct Image: Hashable, Sendable {
        let manifest: Digest
        let config: Digest
        let layer: Digest
    }

    struct Counts: Sendable {
        var pushed = 0
        var pulled = 0
        var deleted = 0
        var late = 0
    }

    private struct State {
        /// What a tag may point at; `nil` stands for nothing. More than one when an answer did not come.
        var tags: [String: Set<Image?>] = [:]
        var generation: [String: Int] = [:]
        /// Tags that somebody is changing: what one points at says nothing of how that ends.
        var changing: Set<String> = []
        var counts = Counts()
        var losses: [String] = []
    }

    private static let repository = "/v2/shop/app"
    private static let tagsPerPusher: UInt64 = 6

    private let state = Mutex(State())
    private let layerSize: Int
    private let lease: Duration

    /// - Parameter lease: for how long a server keeps what nothing refers to.
    init(layerSize: Int, lease: Duration) {
        self.layerSize = layerSize
        self.lease = lease
    }

    var counts: Counts { state.withLock(\.counts) }
    var losses: [String] { state.withLock(\.losses) }
    var tags: [String] { state.withLock { $0.tags.keys.sorted() } }

    private func client(_ server: ServerProcess) throws -> RawClient {
        RawClient(address: server.address, project: try .named("shop"))
    }

    private func lose(_ text: String) { state.withLock { $0.losses.append(text) } }

    /// Pushes images to tags of its own, and deletes some, until the server is gone or the task is cancelled.
    func push(to server: ServerProcess, pusher: Int, seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let client = try client(server)
        while !Task.isCancelled {
            let tag = "t\(pusher)-\(random.next() % Self.tagsPerPusher)"
            if random.next() % 4 == 0 {
                guard try await delete(tag, client) else { return }
                continue
            }
            let began = ContinuousClock.now
            guard let image = try await makeImage(&random, client) else { return }
            begin(tag, maybe: image.image)
            defer { end(tag) }
            guard
                let answer = try? await client.send(
                    .PUT, "\(Self.repository)/manifests/\(tag)", image.manifest, type: Self.manifestType)
            else { return }
            // On a busy machine it may have taken longer than a lease: then a client starts again.
            if answer.status == 400, ContinuousClock.now - began >= lease {
                state.withLock { $0.counts.late += 1 }
                continue
            }
            guard answer.status == 201 else {
                lose(
                    "image \(tag), just pushed, was refused: \(answer.status) \(String(decoding: answer.body, as: UTF8.self))"
                )
                return
            }
            settle(tag, image.image)
            state.withLock { $0.counts.pushed += 1 }
        }
    }

    private static let manifestType = "application/vnd.oci.image.manifest.v1+json"

    private func begin(_ tag: String, maybe image: Image?) {
        state.withLock { state in
            state.tags[tag, default: [nil]].insert(image)
            state.generation[tag, default: 0] += 1
            state.changing.insert(tag)
        }
    }

    private func end(_ tag: String) {
        state.withLock { state in
            state.generation[tag, default: 0] += 1
            state.changing.remove(tag)
        }
    }

    private func settle(_ tag: String, _ image: Image?) {
        state.withLock { state in
            state.tags[tag] = [image]
            state.generation[tag, default: 0] += 1
        }
    }

    /// Uploads a layer in one of two ways, and a configuration. `nil` when the server is gone.
    private func makeImage(
        _ random: inout SeededGenerator, _ client: RawClient
    ) async throws -> (image: Image, manifest: [UInt8])? {
        let tar = TarMaker.tar(files: 3, sizeMaximum: layerSize, using: &random)
        let layer = Digest(hashing: tar)
        if random.next() % 2 == 0 {
            guard (try? await client.upload(tar)) != nil else { return nil }
        } else {
            guard try await upload(tar, layer, client) else { return nil }
        }
        let config = Array(
            #"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["\#(layer)"]}}"#.utf8)
        let configDigest = Digest(hashing: config)
        guard try await upload(config, configDigest, client) else { return nil }
        let type = "application/vnd.oci.image"
        let text = """
            {"schemaVersion":2,"mediaType":"\(Self.manifestType)","config":{"mediaType":"\(type).config.v1+json",\
            "digest":"\(configDigest)","size":\(config.count)},"layers":[{"mediaType":"\(type).layer.v1.tar",\
            "digest":"\(layer)","size":\(tar.count)}]}
            """
        let manifest = Array(text.utf8)
        return (Image(manifest: Digest(hashing: manifest), config: configDigest, layer: layer), manifest)
    }

    private func upload(_ bytes: [UInt8], _ digest: Digest, _ client: RawClient) async throws -> Bool {
        let path = "\(Self.repository)/blobs/uploads/?digest=\(digest)"
        guard let answer = try? await client.send(.POST, path, bytes, type: "application/octet-stream") else {
            return false
        }
        if answer.status != 201 { lose("a blob was refused: \(answer.status)") }
        return answer.status == 201
    }

    /// Whether the server is still there.
    private func delete(_ tag: String, _ client: RawClient) async throws -> Bool {
        guard case .some(.some(let image)) = state.withLock({ $0.tags[tag]?.first }) else { return true }
        begin(tag, maybe: nil)
        defer { end(tag) }
        let path = "\(Self.repository)/manifests/\(image.manifest)"
        guard let answer = try? await client.send(.DELETE, path, []) else { return false }
        if answer.status != 202 { lose("manifest of \(tag) was lost before it was deleted: \(answer.status)") }
        settle(tag, nil)
        state.withLock { $0.counts.deleted += 1 }
        return true
    }
}

extension ImageLoad {
    /// Pulls images until the server is gone or the task is cancelled.
    func pull(from server: ServerProcess, seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        while !Task.isCancelled {
            guard let tag = tags.randomElement(using: &random) else {
                await Task.yield()
                continue
            }
            guard try await check(tag, on: server) else { return }
        }
    }

    /// Checks that a tag points at what it must, and that all of that is there. Whether the server is.
    func check(_ tag: String, on server: ServerProcess) async throws -> Bool {
        let (allowed, generation) = state.withLock { ($0.tags[tag] ?? [nil], $0.generation[tag]) }
        let client = try client(server)
        guard let found = try? await pull(tag, client) else { return false }
        state.withLock { state in
            state.counts.pulled += 1
            // It was pushed or deleted meanwhile.
            guard state.generation[tag] == generation else { return }
            let image: Image?
            switch found {
            case .absent where allowed.contains(nil): image = nil
            case .image(let found) where allowed.contains(found): image = found
            default: return state.losses.append("\(tag) gives \(found), not one of \(allowed)")
            }
            // A change that is under way may still come about, answered or not.
            if !state.changing.contains(tag) { state.tags[tag] = [image] }
        }
        return true
    }

    private enum Found {
        case absent
        case image(Image)
        case broken(String)
    }

    private func pull(_ tag: String, _ client: RawClient) async throws -> Found {
        let manifest = try await client.send(.GET, "\(Self.repository)/manifests/\(tag)", [])
        if manifest.status == 404 { return .absent }
        guard manifest.status == 200 else { return .broken("status \(manifest.status)") }
        let digest = Digest(hashing: manifest.body)
        let text = String(decoding: manifest.body, as: UTF8.self)
        // Its own digests are the only ones in it: configuration, then layer.
        let names = text.split(separator: "\"").compactMap { Digest(String($0)) }
        guard names.count == 2 else { return .broken("manifest \(text)") }
        for name in names {
            let blob = try await client.send(.GET, "\(Self.repository)/blobs/\(name)", [])
            guard blob.status == 200, Digest(hashing: blob.body) == name else {
                return .broken("blob \(name): status \(blob.status), \(blob.body.count) bytes")
            }
        }
        return .image(Image(manifest: digest, config: names[0], layer: names[1]))
    }
}
