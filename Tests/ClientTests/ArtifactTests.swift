import FoundationEssentials
import Testing

extension RealClients {
    /// Things in the registry that are no images, and what is said of images.
    @Suite struct ArtifactTests {
        @Test("oras pushes an artifact, attaches to it, discovers that, and pulls both")
        func oras() async throws {
            try await Pantry.run(with: "oras") { pantry in
                try pantry.context(
                    ["data": String(repeating: "data\n", count: 100_000), "sbom.json": "{}"], named: "up")
                let discovered = try await pantry.peers(
                    """
                    cd $2/up
                    oras push --plain-http --artifact-type application/vnd.larder.test $1 data:text/plain >&2
                    oras attach --plain-http --artifact-type application/spdx+json $1 sbom.json:application/json >&2
                    oras attach --plain-http --artifact-type application/vnd.other $1 sbom.json:application/json >&2
                    oras pull --plain-http --output $2/down $1 >&2
                    cmp data $2/down/data
                    oras discover --plain-http --artifact-type application/spdx+json --format json $1
                    """, "\(pantry.host)/shop/data:1", "\(pantry.directory)")
                let found = try JSONDecoder().decode(Discovery.self, from: Data(discovered.utf8))
                #expect(found.referrers.map(\.artifactType) == ["application/spdx+json"])
                let referrer = try #require(found.referrers.first?.reference)
                try await pantry.peers(
                    """
                    oras pull --plain-http --output $2/attached $1 >&2
                    cmp $2/up/sbom.json $2/attached/sbom.json
                    """, referrer, "\(pantry.directory)")
            }
        }

        private struct Discovery: Decodable {
            struct Referrer: Decodable {
                let reference: String
                let artifactType: String
            }

            let referrers: [Referrer]
        }

        @Test("oras copies an artifact with all that refers to it into another repository")
        func orasCopies() async throws {
            try await Pantry.run(with: "oras") { pantry in
                try pantry.context(["data": "data", "note": "note"], named: "up")
                let script = """
                    cd $2/up
                    oras push --plain-http $1/shop/data:1 data:text/plain >&2
                    oras attach --plain-http --artifact-type text/note $1/shop/data:1 note:text/plain >&2
                    oras copy --recursive --from-plain-http --to-plain-http $1/shop/data:1 $1/other/data:2 >&2
                    oras discover --plain-http --format json $1/other/data:2
                    """
                let discovered = try await pantry.peers(script, pantry.host, "\(pantry.directory)")
                let found = try JSONDecoder().decode(Discovery.self, from: Data(discovered.utf8))
                #expect(found.referrers.map(\.artifactType) == ["text/note"])
            }
        }

        /// Where cosign puts a signature.
        enum SignaturePlace: CaseIterable, Sendable {
            case referrer, tag

            var option: String { "--new-bundle-format=\(self == .referrer)" }
        }

        @Test(
            "cosign signs an image, and verifies it with the key and with no other", arguments: SignaturePlace.allCases)
        func cosign(place: SignaturePlace) async throws {
            try await Pantry.run(with: "cosign", "crane") { pantry in
                let context = try pantry.context(["Dockerfile": "FROM scratch\nCOPY a /a\n", "a": "a"])
                try await pantry.larder("build", "-t", "shop/api:1", context)
                let arguments = ["\(pantry.host)/shop/api", "\(pantry.directory)", place.option]
                let tags = try await pantry.peers.run(
                    """
                    cd $2
                    for key in right wrong; do cosign generate-key-pair --output-key-prefix $key >&2; done
                    cosign sign --key right.key --tlog-upload=false --use-signing-config=false --allow-http-registry \
                        $3 $1@$(crane digest $1:1) >&2
                    crane ls $1
                    """, arguments)
                let hasTag = tags.split(separator: "\n").contains { $0.hasPrefix("sha256-") && $0.hasSuffix(".sig") }
                #expect(hasTag == (place == .tag), "\(tags)")
                let verify = "cd $2; cosign verify --insecure-ignore-tlog --allow-http-registry $3 $1:1 --key "
                let verified = try await pantry.peers.run(verify + "right.pub", arguments)
                #expect(verified.contains("docker-manifest-digest"), "\(verified)")
                await #expect(throws: Peers.Failure.self) {
                    try await pantry.peers.run(verify + "wrong.pub", arguments)
                }
            }
        }
    }
}
