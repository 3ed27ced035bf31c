import AsyncHTTPClient
import CacheAPI
import Chunking
import Compression
import FoundationEssentials
import NIOCore
import NIOHTTP1
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Build

/// `larder push`: images of a server that are copied to other registries.
@Suite struct ImageCopyTests {
    /// A lab whose server has the image `shop/api:1` of two layers.
    private static func run(
        _ body: @escaping @Sendable (BuildLab, _ digest: String) async throws -> Void
    ) async throws {
        try await BuildLab.run { lab in
            let text = String(repeating: "all work and no play\n", count: 20_000)
            let files = ["Dockerfile": "FROM scratch\nCOPY a /a\nCOPY b /b\n", "a": text, "b": "b\n"]
            let report = try await lab.build(try lab.context(files), runner: "a")
            try await body(lab, "\(try #require(report.outcome.image?.digest))")
        }
    }

    private static func copy(
        _ name: String, to destinations: [String], _ compression: LayerCompression? = nil, from lab: BuildLab,
        _ events: EventLog = EventLog { _ in }
    ) async throws -> String {
        let server = ServerConnection(
            to: try ServerAddress("http://127.0.0.1:\(lab.port)"), project: try .named("shop"), token: nil)
        let copy = ImageCopy(
            name: try ImageReference(name), destinations: try destinations.map { try ImageReference($0) },
            compression: compression, temporaryDirectory: lab.directory)
        do {
            let digest = try await copy.run(on: server, RegistryCredentials { _ in nil }, ProgressLog(events))
            await server.shutdown()
            return digest
        } catch {
            await server.shutdown()
            throw error
        }
    }

    private static func get(_ path: String, of port: Int, accept: String = MediaType.manifest) async throws -> [UInt8] {
        let client = RawClient(address: "http://127.0.0.1:\(port)", project: try .named("shop"))
        let answer = try await client.send(.GET, path, [], accepting: accept)
        #expect(answer.status == 200, "\(path)")
        return answer.body
    }

    private static func manifest(_ reference: String, of port: Int) async throws -> Manifest {
        try JSONDocument.decode(
            Manifest.self, from: try await get("/v2/shop/api/manifests/\(reference)", of: port), subject: "manifest")
    }

    @Test func anImageGoesToSeveralRegistriesAtOnceAsItIs() async throws {
        try await Self.run { lab, digest in
            try await GatedRegistry.run({ _, _ in nil }) { one in
                try await GatedRegistry.run({ _, _ in nil }) { two in
                    let places = ["\(one.host)/shop/api", "\(two.host)/shop/api:x", "\(two.host)/shop/api:y"]
                    for _ in 0..<2 {
                        #expect(try await Self.copy("shop/api:1", to: places, from: lab) == digest)
                    }
                    for (port, tag) in [(one.port, "1"), (two.port, "x"), (two.port, "y")] {
                        let bytes = try await Self.get("/v2/shop/api/manifests/\(tag)", of: port)
                        #expect(Digest(hashing: bytes).description == digest)
                    }
                    // Two layers and the configuration; the second time nothing was lacking.
                    #expect(one.count("PUT /v2/shop/api/blobs/") == 3 && two.count("PUT /v2/shop/api/blobs/") == 3)
                }
            }
        }
    }

    @Test(arguments: [LayerFormat.gzip, .zstd])
    func compressedLayersHoldTheSameAndGiveAnotherDigest(format: LayerFormat) async throws {
        try await Self.run { lab, digest in
            try await GatedRegistry.run({ _, _ in nil }) { other in
                let events = EventLog { _ in }
                let compression = try LayerCompression(format)
                var digests: Set<String> = []
                for _ in 0..<2 {
                    digests.insert(
                        try await Self.copy(
                            "shop/api:1", to: ["\(other.host)/shop/api"], compression, from: lab, events))
                }
                let new = try #require(digests.first)
                #expect(digests.count == 1 && new != digest)
                #expect(events.output.contains { $0.contains(new) && $0.contains(digest) })
                #expect(other.count("PUT /v2/shop/api/blobs/") == 3, "the second time all is there")
                let before = try await Self.manifest("1", of: lab.port)
                let after = try await Self.manifest("1", of: other.port)
                #expect(after.config == before.config)
                #expect(after.layers.map(\.mediaType) == [format.mediaType, format.mediaType])
                for (old, new) in zip(before.layers, after.layers) {
                    let bytes = try await Self.get("/v2/shop/api/blobs/\(new.digest)", of: other.port, accept: "*/*")
                    #expect(bytes.count == Int(new.size) && new.size < old.size)
                    #expect(Digest(hashing: try Self.decompress(bytes, format)) == old.digest)
                }
                // And back: the layers are those that the server made.
                let plain = try LayerCompression(.uncompressed)
                try await BuildLab.run { third in
                    let back = BuildLab(directory: lab.directory, port: other.port)
                    _ = try await Self.copy("shop/api:1", to: ["127.0.0.1:\(third.port)/shop/api"], plain, from: back)
                    #expect(try await Self.manifest("1", of: third.port).layers == before.layers)
                }
            }
        }
    }

    private static func decompress(_ bytes: [UInt8], _ format: LayerFormat) throws -> [UInt8] {
        var decoder = try StreamDecoder(format == .gzip ? .gzip : .zstd)
        var plain: [UInt8] = []
        try unsafe decoder.update(bytes.span.bytes) { part in
            unsafe part.withUnsafeBytes { unsafe plain.append(contentsOf: $0) }
        }
        try decoder.finish()
        return plain
    }

    @Test func aListIsCopiedWholeAndItsAttestationsFollow() async throws {
        try await Self.run { lab, digest in
            let client = RawClient(address: "http://127.0.0.1:\(lab.port)", project: try .named("shop"))
            let image = try #require(Digest(digest))
            let bytes = try await Self.get("/v2/shop/api/manifests/1", of: lab.port)
            // An attestation, which has no layers that could be compressed.
            let statement = Array("{}".utf8)
            _ = try await client.send(
                .POST, "/v2/shop/api/blobs/uploads/?digest=\(Digest(hashing: statement))", statement)
            let blob = Descriptor(
                mediaType: "application/vnd.in-toto+json", digest: Digest(hashing: statement), size: 2)
            let attestation = try JSONDocument.encode(
                Manifest(
                    config: Descriptor(
                        mediaType: MediaType.configuration, digest: Digest(hashing: statement), size: 2), layers: [blob]
                ))
            _ = try await client.send(
                .PUT, "/v2/shop/api/manifests/\(Digest(hashing: attestation))", attestation, type: MediaType.manifest)
            let list = Index(manifests: [
                Descriptor(
                    mediaType: MediaType.manifest, digest: image, size: Int64(bytes.count),
                    platform: Platform(os: "linux", architecture: "amd64")),
                Descriptor(
                    mediaType: MediaType.manifest, digest: Digest(hashing: attestation), size: Int64(attestation.count),
                    annotations: ["vnd.docker.reference.digest": digest]),
            ])
            let put = try await client.send(
                .PUT, "/v2/shop/api/manifests/list", try JSONDocument.encode(list), type: MediaType.index)
            #expect(put.status == 201)

            try await GatedRegistry.run({ _, _ in nil }) { other in
                let compression = try LayerCompression(.gzip)
                let new = try await Self.copy(
                    "shop/api:list", to: ["\(other.host)/shop/api"], compression, from: lab)
                let copied = try JSONDocument.decode(
                    Index.self,
                    from: try await Self.get("/v2/shop/api/manifests/\(new)", of: other.port, accept: MediaType.index),
                    subject: "list")
                #expect(copied.manifests.count == 2)
                #expect(copied.manifests[0].platform == list.manifests[0].platform)
                #expect(copied.manifests[0].digest != image)
                #expect(copied.manifests[1].digest == list.manifests[1].digest)
                let subject = copied.manifests[1].annotations?["vnd.docker.reference.digest"]
                #expect(subject == copied.manifests[0].digest.description)
                let child = try await Self.manifest(copied.manifests[0].digest.description, of: other.port)
                #expect(child.layers.allSatisfy { $0.mediaType == MediaType.layerGzip })
            }
        }
    }

    /// Has the lab's image refer to by something, and that by something else; gives their digests.
    private static func attach(to digest: String, in lab: BuildLab) async throws -> [Digest] {
        let server = ServerConnection(
            to: try ServerAddress("http://127.0.0.1:\(lab.port)"), project: try .named("shop"), token: nil)
        let attachments = Attachments(server: server, repository: try RepositoryName("shop/api"))
        var subject = Descriptor(
            mediaType: MediaType.manifest, digest: try #require(Digest(digest)),
            size: Int64(try await get("/v2/shop/api/manifests/1", of: lab.port).count))
        var digests: [Digest] = []
        for name in ["list", "signature"] {
            try await attachments.attach(
                .init(type: "application/\(name)", bytes: Array(name.utf8)), to: subject,
                created: "2026-11-30T12:00:00Z")
            let referrer = try #require(
                try await server.referrers(of: subject.digest, in: attachments.repository).first)
            digests.append(referrer.digest)
            subject = referrer
        }
        await server.shutdown()
        return digests
    }

    @Test func whatRefersToAnImageFollowsWhereItIsCopiedAsItIs() async throws {
        try await Self.run { lab, digest in
            let referrers = try await Self.attach(to: digest, in: lab)
            try await GatedRegistry.run({ _, _ in nil }) { other in
                _ = try await Self.copy("shop/api:1", to: ["\(other.host)/shop/api"], from: lab)
                let list: Index = try JSONDocument.decode(
                    from: try await Self.get(
                        "/v2/shop/api/referrers/\(digest)", of: other.port, accept: MediaType.index),
                    subject: "list")
                #expect(list.manifests.map(\.digest) == [referrers[0]])
                let blob = try #require(try await Self.manifest("\(referrers[1])", of: other.port).layers.first)
                let bytes = try await Self.get("/v2/shop/api/blobs/\(blob.digest)", of: other.port, accept: "*/*")
                #expect(String(decoding: bytes, as: UTF8.self) == "signature")
            }
            // Compressed it is another image.
            try await GatedRegistry.run({ _, _ in nil }) { other in
                let events = EventLog { _ in }
                let new = try await Self.copy(
                    "shop/api:1", to: ["\(other.host)/shop/api"], try LayerCompression(.gzip), from: lab, events)
                #expect(events.warnings.contains { $0.contains("is not copied") })
                for subject in [digest, new] {
                    let list = try await Self.get(
                        "/v2/shop/api/referrers/\(subject)", of: other.port, accept: MediaType.index)
                    #expect(String(decoding: list, as: UTF8.self).contains(#""manifests":[]"#))
                }
            }
        }
    }

    @Test(
        "A registry that lists no referrers gets the list under the tag that clients look for then",
        .enabled(if: DistributionRegistry.isInstalled, "docker-registry is not installed"))
    func referrersTag() async throws {
        try await Self.run { lab, digest in
            let referrers = try await Self.attach(to: digest, in: lab)
            try await withTemporaryDirectory { directory in
                try await DistributionRegistry.run(in: directory) { registry in
                    let server = ServerConnection(
                        to: try ServerAddress("http://127.0.0.1:\(lab.port)"), project: try .named("shop"), token: nil)
                    let copy = ImageCopy(
                        name: try ImageReference("shop/api:1"),
                        destinations: [try ImageReference("\(registry.host)/shop/api")],
                        compression: nil, temporaryDirectory: lab.directory)
                    let credentials = try PushSample.credentials("u:pantry", at: registry.host, in: directory)
                    // The second time nothing is listed twice.
                    for _ in 0..<2 { _ = try await copy.run(on: server, credentials, ProgressLog(EventLog { _ in })) }
                    await server.shutdown()
                    let tag = digest.replacing(":", with: "-")
                    let basic = "Basic " + Data("u:pantry".utf8).base64EncodedString()
                    var request = HTTPClientRequest(url: "http://\(registry.host)/v2/shop/api/manifests/\(tag)")
                    request.headers.add(name: "accept", value: MediaType.index)
                    request.headers.add(name: "authorization", value: basic)
                    let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
                    let list: Index = try JSONDocument.decode(
                        from: Array(buffer: try await answer.body.collect(upTo: 1 << 20)), subject: "list")
                    #expect(list.manifests.map(\.digest) == [referrers[0]])
                    #expect(list.manifests.map(\.artifactType) == ["application/list"])
                }
            }
        }
    }

    @Test func anImageThatIsNotThereIsToldByTheServer() async throws {
        try await Self.run { lab, _ in
            let error = await #expect(throws: BuildError.self) {
                _ = try await Self.copy("shop/nothing:1", to: ["127.0.0.1:1/shop/api"], from: lab)
            }
            #expect(error?.code == .server)
            #expect(error?.description.contains("404") == true)
        }
    }

    @Test func oneRegistryThatFailsDoesNotStopTheOthers() async throws {
        try await Self.run { lab, digest in
            try await GatedRegistry.run({ _, _ in nil }) { other in
                let error = await #expect(throws: BuildError.self) {
                    _ = try await Self.copy(
                        "shop/api:1", to: ["127.0.0.1:1/shop/api", "\(other.host)/shop/api"], from: lab)
                }
                #expect(error?.code == .registry)
                let bytes = try await Self.get("/v2/shop/api/manifests/1", of: other.port)
                #expect(Digest(hashing: bytes).description == digest)
            }
        }
    }

    @Test func aBuildCompressesWhatItPushes() async throws {
        try await BuildLab.run { lab in
            try await GatedRegistry.run({ _, _ in nil }) { other in
                let context = try lab.context(["Dockerfile": "FROM scratch\nCOPY a /a\n", "a": "a\n"])
                let report = try await lab.build(context, runner: "a") { request in
                    request.tags = ["\(other.host)/shop/api:1"].compactMap { try? ImageReference($0) }
                    request.outputs = [.push]
                    request.compression = try? LayerCompression(.zstd, level: 9)
                }
                #expect(report.outcome.error == nil)
                let pushed = try await Self.manifest("1", of: other.port)
                #expect(pushed.layers.map(\.mediaType) == [MediaType.layerZstd])
                let stored = try await Self.manifest("1", of: lab.port)
                #expect(stored.layers.map(\.mediaType) == [MediaType.layer])
                let digest = Digest(hashing: try await Self.get("/v2/shop/api/manifests/1", of: other.port))
                #expect(report.events.output.contains { $0.contains("\(digest)") && $0.contains("zstd") })
            }
        }
    }
}
