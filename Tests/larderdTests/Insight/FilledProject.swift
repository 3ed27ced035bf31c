import AsyncHTTPClient
import CacheAPI
import Chunking
import FoundationEssentials
import NIOHTTP1
import OCI
import Testing

@testable import larderd

/// Fills the project `shop` of a server as builds do: with steps in two scopes, an image with two tags and what builds report.
struct FilledProject: Sendable {
    let client: TestClient
    /// What proves who fills it.
    var headers: HTTPHeaders = [:]

    let project = ProjectName("shop") ?? .default
    let feature = ScopeName("feature/x") ?? .main

    func fill() async throws {
        let layer = try SampleLayer([SampleLayer.File(path: "app.js", content: Array(repeating: 7, count: 50_000))])
        try await send(.POST, CachePath.frames(project), layer.body)
        try await send(.PUT, CachePath.layer(project, layer.diffID), layer.recipe.encoded())
        for (index, scope) in [ScopeName.main, .main, feature].enumerated() {
            let key = Digest(hashing: [UInt8(index)])
            let record = StepRecord(
                key: key, parent: key, chain: [layer.diffID], components: [],
                instruction: scope == .main ? "RUN npm ci" : "RUN secret-of-the-branch", seconds: 60,
                created: 1_796_000_000, scope: scope, writer: "runner-7", replaces: false)
            try await send(.POST, CachePath.steps(project), json(record))
        }
        let image = try SampleImage(layers: [SampleImage.layer(["bin/a", "bin/b"]), SampleImage.layer(["bin/a"])])
        for blob in image.blobs + [image.config] {
            let begun = try await send(.POST, "/v2/shop/api/blobs/uploads/")
            let location = begun.headers.first(name: "location") ?? ""
            try await send(.PUT, "\(location)?digest=\(Digest(hashing: blob))", blob)
        }
        for tag in ["1.0", "latest"] {
            try await send(.PUT, "/v2/shop/api/manifests/\(tag)", image.manifest, type: MediaType.manifest)
        }
        for _ in 0..<3 { try await report(SampleOutcome.miss()) }
        try await report(SampleOutcome.miss(scope: feature, changed: ["secret-of-the-branch.js"]))
        var hit = SampleOutcome.hit()
        hit.steps[2].key = Digest(hashing: [0])
        try await report(hit)
    }

    func report(_ outcome: OutcomeReport) async throws {
        try await send(.POST, CachePath.outcomes(project), json(outcome))
    }

    @discardableResult
    private func send(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8] = [], type: String? = nil
    ) async throws -> TestClient.Answer {
        var headers = headers
        if let type { headers.add(name: "content-type", value: type) }
        let answer = try await client.send(method, path, body: .bytes(body), headers: headers)
        #expect((200..<300).contains(answer.status), "\(method) \(path): \(answer.status) \(answer.text)")
        return answer
    }

    private func json(_ value: some Encodable) throws -> [UInt8] { [UInt8](try JSONEncoder().encode(value)) }
}
