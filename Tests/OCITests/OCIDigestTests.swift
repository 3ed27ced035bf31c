import Chunking
import OCI
import Testing

@Suite("Digests of several algorithms")
struct OCIDigestTests {
    /// Of "abc" (FIPS 180-4, examples).
    static let sha512 =
        "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
    static let sha256 = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test("are computed and read", arguments: [(OCIDigest.Algorithm.sha256, sha256), (.sha512, sha512)])
    func forms(algorithm: OCIDigest.Algorithm, text: String) throws {
        let digest = OCIDigest(algorithm, hashing: Array("abc".utf8))
        #expect(digest.description == text)
        #expect(OCIDigest(text) == digest)
        #expect(digest.algorithm == algorithm)
        #expect(OCIDigest(tagged: digest.tagged + [1, 2]) == digest)
        #expect(OCIDigest(tagged: digest.tagged.dropLast()) == nil)
        let json = try JSONDocument.encode([digest])
        #expect(try JSONDocument.decode([OCIDigest].self, from: json, subject: "it") == [digest])
    }

    @Test("in other forms are none")
    func invalid() {
        for text in [
            "", "sha512", "sha512:", "sha512:12", Self.sha512.uppercased(), Self.sha512 + "0", "sha384:" + Self.sha256,
            Self.sha256.replacing("sha256", with: "sha512"), Self.sha512.replacing("sha512", with: "sha256"),
            " " + Self.sha256, Self.sha256 + " ",
        ] {
            #expect(OCIDigest(text) == nil, "\(text)")
        }
        #expect(OCIDigest(tagged: []) == nil)
        #expect(OCIDigest(tagged: [9] + [UInt8](repeating: 0, count: 64)) == nil)
    }

    @Test("come out the same when the bytes come in parts")
    func parts() {
        var hasher = LongDigestHasher()
        for byte in "abc".utf8 { unsafe hasher.update([byte].span.bytes) }
        #expect(OCIDigest.sha512(hasher.finalize()).description == Self.sha512)
    }
}
