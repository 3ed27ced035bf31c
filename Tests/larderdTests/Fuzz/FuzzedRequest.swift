import CacheAPI
import Chunking
import FoundationEssentials
import HTTPTypes
import NIOHTTP1
import OCI
import TestSupport

@testable import larderd

/// A request as bytes of a connection, valid or nearly so.
struct FuzzedRequest {
    var method: String
    var path: String
    var headers: [(String, String)] = []
    var body: [UInt8] = []
    var isJSON = false

    /// The request as it goes over the wire.
    var bytes: [UInt8] {
        var head =
            "\(method) \(path) HTTP/1.1\r\nHost: larder\r\nConnection: close\r\nContent-Length: \(body.count)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        return Array((head + "\r\n").utf8) + body
    }

    /// Valid requests for every route of the tables, in an order in which what one needs was brought by one before: a new route
    /// does not compile without one, and is fuzzed.
    static func samples() throws -> [FuzzedRequest] {
        let samples = try Samples()
        let first: [CacheRoute] = [.takeFrames, .commitLayer, .record]
        let cache = try (first + CacheRoute.allCases.filter { !first.contains($0) }).flatMap(samples.requests)
        let begin: [RegistryRoute] = [.beginUpload, .putManifest]
        let end: [RegistryRoute] = [.deleteManifest, .deleteBlob, .cancelUpload]
        let middle = RegistryRoute.allCases.filter { !begin.contains($0) && !end.contains($0) }
        let pages = PageRoute.allCases.map(\.row) + ServerRoute.allCases.map(\.row)
        return cache + InsightRoute.allCases.map(samples.request) + VerdictRoute.allCases.map(samples.request)
            + (begin + middle + end).flatMap(samples.requests)
            + pages.map { FuzzedRequest(method: $0.method.rawValue, path: $0.path) }
    }

    /// What the requests are about.
    private struct Samples {
        let shop: ProjectName
        let layer: SampleLayer
        let image: SampleImage
        let digest = Digest(hashing: [1])
        let record: StepRecord
        let mount: CacheMountRecord

        init() throws {
            shop = ProjectName("shop") ?? .default
            layer = try SampleLayer([SampleLayer.File(path: "a", content: randomBytes(9000, seed: 3))])
            image = try SampleImage(layers: [SampleImage.layer(["a"], bytesEach: 500)])
            record = StepRecord(
                key: digest, parent: digest, chain: [layer.diffID],
                components: [KeyComponent(name: "a", digest: digest)], instruction: "RUN x", seconds: 1, created: 5,
                scope: .main, writer: "w", replaces: false, lineage: [digest], read: [["/a"]])
            mount = CacheMountRecord(
                key: digest, layer: layer.diffID, scope: .main, id: "pip", created: 1, writer: "w")
        }

        func request(_ route: InsightRoute) -> FuzzedRequest {
            let sample = RouteSample.sample(of: route, in: shop)
            return FuzzedRequest(method: sample.method.rawValue, path: sample.path)
        }

        func request(_ route: VerdictRoute) -> FuzzedRequest {
            let sample = RouteSample.sample(of: route, in: shop)
            return FuzzedRequest(
                method: sample.method.rawValue, path: sample.path, headers: [("content-type", "application/json")],
                body: sample.body ?? [], isJSON: true)
        }

        func requests(_ route: CacheRoute) throws -> [FuzzedRequest] {
            let ids = layer.chunkIDs.flatMap(\.rawBytes)
            return switch route {
            case .takeFrames: [FuzzedRequest(method: "POST", path: CachePath.frames(shop), body: layer.body)]
            case .commitLayer:
                [FuzzedRequest(method: "PUT", path: CachePath.layer(shop, layer.diffID), body: layer.recipe.encoded())]
            case .layer: [FuzzedRequest(method: "GET", path: CachePath.layer(shop, layer.diffID))]
            case .missingChunks: [FuzzedRequest(method: "POST", path: CachePath.missingChunks(shop), body: ids)]
            case .fetchChunks: [FuzzedRequest(method: "POST", path: CachePath.fetchChunks(shop), body: ids)]
            case .lookup: [try post(CachePath.lookup(shop), query)]
            case .record: [try post(CachePath.steps(shop), record)]
            case .noteOutcome:
                [
                    try post(
                        CachePath.outcomes(shop),
                        OutcomeReport(
                            id: "b", writer: "w", scope: .main, subject: "s", isDone: true, seconds: 1, sent: 0,
                            received: 0, steps: []))
                ]
            case .explain: [try post(CachePath.explain(shop), ExplainQuery(scopes: [.main], steps: []))]
            case .keepCacheMount: [try post(CachePath.cacheMounts(shop), mount)]
            case .findCacheMount:
                [try post(CachePath.cacheMountQuery(shop), CacheMountQuery(scopes: [.main], key: digest))]
            case .queryChain:
                [try post(CachePath.chainQuery(shop), ChainQuery(chain: [layer.diffID], paths: ["/a"]))]
            case .file: [try post(CachePath.chainFile(shop), FileQuery(chain: [layer.diffID], path: "/a"))]
            case .waitForClaim:
                [
                    try post(
                        CachePath.claimWait(shop), ClaimWait(key: digest, scopes: [.main], id: "c", seconds: 0.01))
                ]
            case .renewClaims: [try post(CachePath.claimRenewal(shop), ClaimRenewal(id: "b"))]
            case .releaseClaims: [try post(CachePath.claimRelease(shop), ClaimRelease(id: "b"))]
            case .assemble:
                [try post(CachePath.images(shop), AssembleRequest(names: ["shop/api:1"], config: config))]
            case .resolve:
                [
                    try post(
                        CachePath.resolve(shop),
                        ResolveQuery(images: [.init(name: "shop/api:1", platform: "linux/amd64")], refresh: false))
                ]
            }
        }

        private var query: GraphQuery {
            GraphQuery(
                scopes: [.main],
                steps: [GraphQuery.Step(op: digest, parent: .base(chain: [], platform: "linux/amd64"), inputs: [])],
                claim: GraphQuery.Claim(id: "b", writer: "w", waits: true))
        }

        private var config: String {
            #"{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["\#(layer.diffID)"]}}"#
        }

        private func post(_ path: String, _ value: some Encodable) throws -> FuzzedRequest {
            FuzzedRequest(
                method: "POST", path: path, headers: [("Content-Type", "application/json")],
                body: [UInt8](try JSONEncoder().encode(value)), isJSON: true)
        }

        func requests(_ route: RegistryRoute) -> [FuzzedRequest] {
            let (config, blob) = (image.config, image.blobs[0])
            let (manifest, uploads) = (Digest(hashing: image.manifest), "/v2/shop/web/blobs/uploads/")
            let (typed, id) = ([("Content-Type", MediaType.manifest)], "0123456789abcdef")
            return switch route {
            case .base: [FuzzedRequest(method: "GET", path: "/v2/")]
            case .catalog: [FuzzedRequest(method: "GET", path: "/v2/_catalog?n=5&last=a")]
            case .token:
                [
                    FuzzedRequest(
                        method: "GET", path: "/v2/token?service=s&scope=repository:shop/web:pull,push&account=a",
                        headers: [("Authorization", "Basic eDp5")])
                ]
            case .tokenForForm:
                [
                    FuzzedRequest(
                        method: "POST", path: "/v2/token",
                        headers: [("Content-Type", "application/x-www-form-urlencoded")],
                        body: Array("grant_type=password&username=a&password=b&scope=repository:shop/web:pull".utf8))
                ]
            case .beginUpload:
                [
                    FuzzedRequest(method: "POST", path: "\(uploads)?digest=\(Digest(hashing: blob))", body: blob),
                    FuzzedRequest(method: "POST", path: "\(uploads)?digest=\(Digest(hashing: config))", body: config),
                    FuzzedRequest(method: "POST", path: "\(uploads)?mount=\(Digest(hashing: blob))&from=shop/api"),
                    FuzzedRequest(method: "POST", path: uploads),
                ]
            case .uploadStatus: [FuzzedRequest(method: "GET", path: uploads + id)]
            case .continueUpload:
                [
                    FuzzedRequest(
                        method: "PATCH", path: uploads + id, headers: [("Content-Range", "0-99")], body: blob)
                ]
            case .finishUpload: [FuzzedRequest(method: "PUT", path: uploads + "\(id)?digest=\(digest)")]
            case .cancelUpload: [FuzzedRequest(method: "DELETE", path: uploads + id)]
            case .putManifest:
                [
                    FuzzedRequest(
                        method: "PUT", path: "/v2/shop/web/manifests/1.0", headers: typed, body: image.manifest,
                        isJSON: true),
                    FuzzedRequest(
                        method: "PUT", path: "/v2/shop/web/manifests/\(manifest)?tag=a&tag=b", headers: typed,
                        body: image.manifest, isJSON: true),
                ]
            case .manifest:
                [
                    FuzzedRequest(method: "GET", path: "/v2/shop/web/manifests/1.0", headers: [("Accept", "*/*")]),
                    FuzzedRequest(method: "HEAD", path: "/v2/shop/web/manifests/\(manifest)"),
                ]
            case .blob:
                [
                    FuzzedRequest(
                        method: "GET", path: "/v2/shop/web/blobs/\(Digest(hashing: blob))",
                        headers: [("Range", "bytes=0-9,20-"), ("Accept-Encoding", "zstd;q=0.5, gzip")])
                ]
            case .tags: [FuzzedRequest(method: "GET", path: "/v2/shop/web/tags/list?n=1")]
            case .referrers:
                [FuzzedRequest(method: "GET", path: "/v2/shop/web/referrers/\(manifest)?artifactType=a/b")]
            case .deleteManifest: [FuzzedRequest(method: "DELETE", path: "/v2/shop/web/manifests/b")]
            case .deleteBlob: [FuzzedRequest(method: "DELETE", path: "/v2/shop/web/blobs/\(digest)")]
            }
        }
    }
}

extension FuzzedRequest {
    private static let words = [
        "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", " ", "\r\n", "\r\n\r\n", "HTTP/1.0", "HTTP/9.9",
        ":",
        "Transfer-Encoding: chunked\r\n", "Expect: 100-continue\r\n", "Content-Length: 1\r\n", "/v2/",
        "/api/v1/projects/",
        "%00", "%2e%2e", "\u{0}", "shop", "main", "Authorization: Bearer x\r\n", "Authorization: Basic eDp5\r\n",
    ]
    private static let values = [
        "", "-1", "bytes=0-", "bytes=5-1", "0-18446744073709551615", "99999999999999999999", "gzip", "*/*",
        "text/plain",
        "application/vnd.oci.image.index.v1+json", "Bearer", "Basic OjpiYWQ=", "\u{e9}", "a, b;q=9",
    ]

    /// One of `samples`, changed.
    static func changed(_ samples: [FuzzedRequest], _ random: inout SeededGenerator) -> [UInt8] {
        guard var request = samples.randomElement(using: &random) else { return [] }
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            let bytes = Fuzzing("request", samples.map(\.bytes), words: words).input(&random)
            return bytes
        case 1:
            request.method = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].randomElement(using: &random) ?? "GET"
        case 2:
            let paths = Fuzzing("path", samples.map(\.path), words: words).input(&random)
            request.path = "/" + String(decoding: paths.filter { $0 > 0x20 && $0 != 0x7f }, as: UTF8.self)
        case 3:
            let names = ["Range", "Content-Range", "If-None-Match", "Accept-Encoding", "Content-Type", "Authorization"]
            for name in names where Bool.random(using: &random) {
                request.headers.append((name, values.randomElement(using: &random) ?? ""))
            }
        default:
            let bodies = [request.body] + (request.isJSON ? [] : samples.filter { !$0.isJSON }.map(\.body))
            request.body = Fuzzing("body", bodies, words: ["main", "sha256:"], isJSON: request.isJSON).input(&random)
        }
        return request.bytes
    }
}
