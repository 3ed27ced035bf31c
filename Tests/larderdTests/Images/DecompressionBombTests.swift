import AsyncHTTPClient
import CacheAPI
import Chunking
import Compression
import NIOHTTP1
import OCI
import Testing

@testable import larderd

/// Layers out of which more comes than may, pushed and asked for as clients do.
@Suite("Decompression bombs")
struct DecompressionBombTests {
    /// What a bomb has too much of.
    enum Excess: CaseIterable, Sendable {
        case ratio, total
    }

    @Test(
        "A bomb is refused and leaves nothing behind, and an honest image beside it is taken",
        arguments: [SampleImage.Form.gzip, .zstd], Excess.allCases)
    func refused(form: SampleImage.Form, excess: Excess) async throws {
        try await withServer({ settings in
            settings.limits.layerBytes = 4 << 20
            (settings.limits.expansion, settings.limits.expansionBytes) = (10, 64 << 10)
            settings.maintenanceInterval = 0
        }) { client, settings in
            let layer: [UInt8]
            switch excess {
            // Two megabytes of next to nothing.
            case .ratio: layer = SampleImage.layer(["a"], bytesEach: 1) + [UInt8](repeating: 0, count: 2 << 20)
            // More than there may be, out of as many bytes.
            case .total: layer = SampleImage.layer(["a"], bytesEach: 5 << 20)
            }
            let bomb = try SampleImage(layers: [layer], form: form)
            let good = try SampleImage(layers: [SampleImage.layer(["b"], bytesEach: 300_000)], form: form)
            for (image, tag) in [(bomb, "bomb"), (good, "good")] {
                for blob in image.blobs + [image.config] {
                    let path = "/v2/shop/base/blobs/uploads/?digest=\(Digest(hashing: blob))"
                    #expect(try await client.post(path, blob).status == 201)
                }
                let answer = try await client.send(
                    .PUT, "/v2/shop/base/manifests/\(tag)", body: .bytes(image.manifest),
                    headers: ["content-type": MediaType.manifest])
                #expect(answer.status == 201, "\(answer.text)")
            }
            let shop = try #require(ProjectName("shop"))
            func resolve(_ tag: String) async throws -> TestClient.Answer {
                try await client.post(
                    CachePath.resolve(shop),
                    json: ResolveQuery(
                        images: [.init(name: "shop/base:\(tag)", platform: "linux/amd64")], refresh: false))
            }
            func kept() async throws -> UInt64 {
                let access = try RootAccess(existing: settings.root)
                let report: StatisticsReport = try await access.perform(.GET, "/stats") { _ in
                    throw CancellationError()
                }
                return report.logicalBytes
            }
            let before = try await kept()
            for _ in 0..<2 {
                let answer = try await resolve("bomb")
                #expect(answer.status == 413 && answer.failure == .tooLarge, "\(answer.status) \(answer.text)")
            }
            #expect(try await client.get(CachePath.layer(shop, bomb.diffIDs[0])).status == 404)
            #expect(try await kept() == before)
            #expect(try await resolve("good").status == 200)
            #expect(try await client.get(CachePath.layer(shop, good.diffIDs[0])).status == 200)
        }
    }
}
