import Chunking
import OCI
import Testing

@testable import larderd

@Suite("Paths of the registry")
struct RegistryPathTests {
    static let digest = OCIDigest(.sha256, hashing: [1])
    static let long = OCIDigest(.sha512, hashing: [1])

    static func name(_ text: String) throws -> RepositoryName { try RepositoryName(text) }

    @Test("are read from their end")
    func valid() throws {
        let digest = Self.digest
        let table: [(String, RegistryPath)] = [
            ("/v2", .base), ("/v2/", .base), ("/v2/_catalog", .catalog),
            ("/v2/a/tags/list", .tags(try Self.name("a"))),
            ("/v2/a/b/c/tags/list", .tags(try Self.name("a/b/c"))),
            ("/v2/tags/tags/list", .tags(try Self.name("tags"))),
            ("/v2/a/manifests/latest", .manifest(try Self.name("a"), .tag(.latest))),
            ("/v2/a/manifests/\(digest)", .manifest(try Self.name("a"), .digest(digest))),
            ("/v2/a/manifests/sha256%3A\(Digest(hashing: [1]).hex)", .manifest(try Self.name("a"), .digest(digest))),
            ("/v2/a/manifests/manifests/x", .manifest(try Self.name("a/manifests"), .tag(try TagName("x")))),
            ("/v2/a/blobs/\(digest)", .blob(try Self.name("a"), digest)),
            ("/v2/a/blobs/\(Self.long)", .blob(try Self.name("a"), Self.long)),
            ("/v2/a/b/referrers/\(Self.long)", .referrers(try Self.name("a/b"), Self.long)),
            ("/v2/a/blobs/uploads", .uploads(try Self.name("a"))),
            ("/v2/a/blobs/uploads/", .uploads(try Self.name("a"))),
            ("/v2/a/b/blobs/uploads/1f", .upload(try Self.name("a/b"), id: "1f")),
            ("/v2/a/b/blobs/uploads/1f/", .upload(try Self.name("a/b"), id: "1f")),
        ]
        for (text, path) in table {
            #expect(try RegistryPath(text) == path, "\(text)")
        }
    }

    @Test(
        "that are wrong say so",
        arguments: [
            ("/", "UNSUPPORTED", 404), ("/v1/", "UNSUPPORTED", 404), ("/v2/a", "UNSUPPORTED", 404),
            ("/v2/a/b", "UNSUPPORTED", 404), ("/v2/a/tags", "UNSUPPORTED", 404),
            ("/v2/a/referrers/x", "DIGEST_INVALID", 400), ("/v2/a/%zz", "UNSUPPORTED", 404),
            ("/v2/A/tags/list", "NAME_INVALID", 400), ("/v2//tags/list", "NAME_INVALID", 400),
            ("/v2/a//b/tags/list", "NAME_INVALID", 400), ("/v2/a%2f..%2fb/tags/list", "NAME_INVALID", 400),
            ("/v2/a/manifests/-x", "TAG_INVALID", 400), ("/v2/a/manifests/sha256:12", "DIGEST_INVALID", 400),
            ("/v2/a/blobs/sha512:12", "DIGEST_INVALID", 400), ("/v2/a/blobs/sha384:12", "DIGEST_INVALID", 400),
            ("/v2/a/blobs/x", "DIGEST_INVALID", 400),
        ])
    func invalid(text: String, code: String, status: Int) {
        let failure = #expect(throws: RegistryFailure.self) { try RegistryPath(text) }
        #expect(failure?.code.rawValue == code)
        #expect(failure?.status == status)
    }
}
