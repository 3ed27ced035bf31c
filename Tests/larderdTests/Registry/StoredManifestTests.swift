import Chunking
import OCI
import Testing

@testable import larderd

@Suite("Records of the registry")
struct StoredManifestTests {
    @Test("A record of a manifest gives back the same", arguments: OCIDigest.Algorithm.allCases)
    func manifest(algorithm: OCIDigest.Algorithm) throws {
        var manifest = StoredManifest(mediaType: MediaType.index, bytes: Array("{ }\n".utf8), algorithm: algorithm)
        for isSparse in [false, true] {
            manifest.isSparse = isSparse
            #expect(try StoredManifest(decoding: manifest.encoded(), algorithm: algorithm) == manifest)
        }
        #expect(manifest.digest == OCIDigest(algorithm, hashing: manifest.bytes))
        #expect(manifest.sha256 == Digest(hashing: manifest.bytes))
        #expect(throws: ChunkingError.self) { try StoredManifest(decoding: [0, 200]) }
        #expect(throws: ChunkingError.self) { try StoredManifest(decoding: [7, 0]) }
        // Put right, the media type would be longer than one may be.
        #expect(throws: ChunkingError.self) { try StoredManifest(decoding: [0, 0, 1, 0xff, 1]) }
    }

    @Test("A record of a tag gives back the same", arguments: OCIDigest.Algorithm.allCases)
    func tag(algorithm: OCIDigest.Algorithm) {
        let target = TagTarget(digest: OCIDigest(algorithm, hashing: [1]), pushed: 1 << 40)
        #expect(TagTarget(decoding: target.encoded()) == target)
        #expect(TagTarget(decoding: []) == nil)
        #expect(TagTarget(decoding: target.encoded().dropLast(10)) == nil)
    }
}
