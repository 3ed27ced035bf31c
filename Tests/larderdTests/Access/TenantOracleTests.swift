import Access
import CacheAPI
import ChunkStore
import Chunking
import FoundationEssentials
import NIOHTTP1
import OCI
import TestSupport
import Testing

@testable import larderd

/// What one project can find out about what another stores: nothing.
@Suite("Nothing tells one project what another stores")
struct TenantOracleTests {
    /// A project that has what the samples ask for, and one that nobody ever stored anything in. Names of the same length.
    private let bank = "bank"
    private let void = "void"

    private func fill(_ server: RoleServer) async throws {
        let image = try SampleImage(layers: [SampleImage.layer(["etc/passwd"])])
        for blob in image.blobs + [image.config] {
            let begun = try await server.send(.POST, "/v2/bank/app/blobs/uploads/", as: .bank)
            let location = begun.headers.first(name: "location") ?? ""
            let digest = OCIDigest.sha256(.init(hashing: blob))
            let stored = try await server.send(.PUT, "\(location)?digest=\(digest)", blob, as: .bank)
            #expect(stored.status == 201)
        }
        for tag in ["latest", "gone"] {
            let stored = try await server.send(
                .PUT, "/v2/bank/app/manifests/\(tag)", image.manifest, type: MediaType.manifest, as: .bank)
            #expect(stored.status == 201)
        }
    }

    /// The answer, with the project's name made one.
    private func normal(_ answer: TestClient.Answer, _ project: String) -> String {
        let headers = answer.headers.filter { !["date", "x-request-id"].contains($0.name.lowercased()) }
            .map { "\($0.name): \($0.value)" }.sorted().joined(separator: "\n")
        return "\(answer.status)\n\(headers)\n\(answer.text)".replacing(project, with: "NAME")
    }

    @Test("Status, headers and body are the same for what is forbidden and for what is not there")
    func answers() async throws {
        try await RoleServer.run { server in
            try await fill(server)
            let pairs = try zip(
                RouteSample.all(in: #require(ProjectName(bank))), RouteSample.all(in: #require(ProjectName(void))))
            // A registry token is another each time, whatever it is for.
            let tokens = [RegistryRoute.token, .tokenForForm].map(\.rawValue)
            for (forbidden, absent) in pairs where !tokens.contains(forbidden.title) {
                for role in [Role.read, .write, .admin, .anonymous, .revoked] {
                    let one = normal(try await server.send(forbidden, as: role), bank)
                    let other = normal(try await server.send(absent, as: role), void)
                    #expect(one == other, "\(forbidden.title) as \(role.rawValue)")
                }
            }
        }
    }

    @Test("A forbidden repository reads as one that a project that may be read does not have")
    func readsAsAbsent() async throws {
        try await RoleServer.run { server in
            try await fill(server)
            let digest = OCIDigest.sha256(.init(hashing: [1]))
            for path in [
                "manifests/latest", "manifests/\(digest)", "blobs/\(digest)", "tags/list", "referrers/\(digest)",
                "referrers/\(digest)?artifactType=a",
            ] {
                // The role reads its own project, in which there is no such repository.
                let absent = normal(try await server.send(.GET, "/v2/shop/none/\(path)", as: .read), "shop/none")
                let forbidden = normal(try await server.send(.GET, "/v2/bank/app/\(path)", as: .read), "bank/app")
                func withoutLength(_ text: String) -> [Substring] {
                    text.split(separator: "\n").filter { !$0.lowercased().hasPrefix("content-length") }
                }
                #expect(withoutLength(absent) == withoutLength(forbidden), "\(path)")
            }
        }
    }

    @Test("How long answers take does not tell, either")
    func timing() async throws {
        let count = ProofSettings.accessSamples
        try await RoleServer.run { server in
            try await fill(server)
            for title in [RegistryRoute.manifest.rawValue, CacheRoute.lookup.rawValue] {
                let projects = [try #require(ProjectName(bank)), try #require(ProjectName(void))]
                let samples = try projects.map { project in
                    try #require(try RouteSample.all(in: project).first { $0.title == title })
                }
                var times: [[Duration]] = [[], []]
                for round in 0..<count {
                    // Each goes first as often as the other.
                    for index in round % 2 == 0 ? [0, 1] : [1, 0] {
                        let start = ContinuousClock.now
                        _ = try await server.send(samples[index], as: .read)
                        times[index].append(ContinuousClock.now - start)
                    }
                }
                let medians = times.map { $0.sorted()[$0.count / 2] / .microseconds(1) }
                ProofSettings.report(
                    "access \(title): forbidden \(medians[0]) µs, absent \(medians[1]) µs, medians of \(count)")
                // Wide: a look into the store would be a multiple, other work on the machine a fraction.
                if count >= 1000 { #expect(abs(medians[0] - medians[1]) < max(medians[0], medians[1]) / 2) }
            }
        }
    }
}
