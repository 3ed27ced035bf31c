import Chunking
import FoundationEssentials
import NIOHTTP1
import OCI

@testable import larderd

/// A runner that builds `FROM base`, `COPY source`, `RUN make` and exports the cache as BuildKit does.
struct SampleWriter: Sendable {
    /// How `image-manifest` was set.
    enum Form: Sendable, CaseIterable {
        case manifest, index

        var mediaType: String { self == .manifest ? MediaType.manifest : MediaType.index }
    }

    let layers: [[UInt8]]
    let config: [UInt8]
    let manifest: [UInt8]
    let form: Form
    /// The keys of what only this runner has built.
    let keys: [String]

    var digest: Digest { Digest(hashing: manifest) }

    /// - Parameter padding: more keys without a result, to have a large configuration.
    init(_ source: String, form: Form = .manifest, padding: Int = 0) throws {
        self.form = form
        let layers = ["base", "copy \(source)", "make \(source)"].map { Array("the layer \($0)".utf8) }
        self.layers = layers
        let key = { (text: String) in Digest(hashing: Array("key \(text)".utf8)).description }
        keys = [key("source \(source)"), key("make \(source)")]
        let digests = layers.map { Digest(hashing: $0) }
        // Layers and records are in no order that matters, and a parent of 0 is not written.
        let time = #""createdAt":"2026-11-21T10:00:00.123456789Z""#
        let filler = (0..<padding).map {
            #",{"digest":"\#(key("\(source) \($0)"))","inputs":[[{"link":2}]],"layers":[{"layer":0,\#(time)}]}"#
        }
        config = Array(
            """
            {"layers":[{"blob":"\(digests[0])","parent":-1},{"blob":"\(digests[2])","parent":2},{"blob":"\(digests[1])"}],
            "records":[{"layers":[{"layer":1,\(time)}],"digest":"\(key("make \(source)"))","inputs":[[{"link":1}]]},
            {"layers":[{"layer":2,\(time)}],"digest":"\(key("copy"))","inputs":[[{"link":2}],[{"selector":"\(key("/"))","link":3}]]},
            {"layers":[{"layer":0,\(time)}],"digest":"\(key("base"))"},{"digest":"\(key("source \(source)"))"}\(filler.joined())]}
            """.utf8)
        let described = SampleImage.descriptor(MediaType.buildCache, config)
        let notes = layers.map { layer in
            var descriptor = SampleImage.descriptor(MediaType.layer, layer)
            descriptor.annotations = [
                "buildkit/createdat": "2026-11-21T10:00:00Z", "containerd.io/uncompressed": "\(descriptor.digest)",
            ]
            return descriptor
        }
        manifest =
            form == .manifest
            ? try JSONDocument.encode(Manifest(config: described, layers: notes))
            : try JSONDocument.encode(Index(manifests: notes + [described]))
    }

    /// Pushes everything; as many times as one likes.
    @discardableResult
    func push(to repository: String, as tag: String, _ registry: TestRegistry) async throws -> TestClient.Answer {
        for blob in layers + [config] { _ = try await registry.push(blob, to: repository) }
        let answer = try await registry.put(manifest, type: form.mediaType, to: repository, as: tag)
        guard answer.status == 201 else { throw UnexpectedAnswer(status: answer.status, text: answer.text) }
        return answer
    }
}

/// What a tag serves, read as BuildKit reads it.
struct ServedCache: Sendable {
    let mediaType: String
    let digest: String
    let layers: [Descriptor]
    let configSize: Int64
    let manifestSize: Int
    let config: BuildCacheConfig

    var keys: Set<String> { Set((config.records ?? []).compactMap(\.digest)) }

    init(_ tag: String, of repository: String, _ registry: TestRegistry) async throws {
        let answer = try await registry.client.get("/v2/\(repository)/manifests/\(tag)")
        guard answer.status == 200 else { throw UnexpectedAnswer(status: answer.status, text: answer.text) }
        mediaType = answer.headers.first(name: "content-type") ?? ""
        digest = answer.headers.first(name: "docker-content-digest") ?? ""
        let manifest = try BuildCacheManifest(answer.bytes, mediaType: mediaType)
        layers = manifest.layers
        manifestSize = answer.bytes.count
        configSize = manifest.config.size
        let blob = try await registry.client.get("/v2/\(repository)/blobs/\(manifest.config.digest)")
        config = try JSONDecoder().decode(BuildCacheConfig.self, from: Data(blob.bytes))
        for layer in layers {
            let answer = try await registry.client.get("/v2/\(repository)/blobs/\(layer.digest)")
            guard Digest(hashing: answer.bytes) == layer.digest else {
                throw UnexpectedAnswer(status: answer.status, text: "layer \(layer.digest)")
            }
        }
    }
}
