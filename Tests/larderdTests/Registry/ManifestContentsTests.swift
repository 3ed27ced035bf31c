import Chunking
import OCI
import Testing

@testable import larderd

@Suite("Manifests that are pushed")
struct ManifestContentsTests {
    static let digest = Digest(hashing: [1])
    static let config = #"{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\#(digest)","size":1}"#

    static func read(_ text: String, _ type: String? = nil) throws -> ManifestContents {
        try ManifestContents(Array(text.utf8), contentType: type)
    }

    @Test("An image names its configuration and layers, not those that are elsewhere")
    func image() throws {
        let layer = #"{"mediaType":"x","digest":"\#(Self.digest)","size":2}"#
        let foreign = #"{"mediaType":"x","digest":"\#(Self.digest)","size":3,"urls":["https://x/"]}"#
        let restricted =
            #"{"mediaType":"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip","digest":"\#(Self.digest)","size":4}"#
        let contents = try Self.read(
            #"{"schemaVersion":2,"config":\#(Self.config),"layers":[\#(layer),\#(foreign),\#(restricted)]}"#,
            MediaType.manifest + "; charset=utf-8")
        #expect(contents.mediaType == MediaType.manifest)
        #expect(contents.blobs.map(\.size) == [1, 2])
        #expect(contents.children.isEmpty)
    }

    @Test("An index names its children, whatever they are")
    func index() throws {
        let contents = try Self.read(#"{"schemaVersion":2,"manifests":[\#(Self.config)]}"#)
        #expect(contents.mediaType == MediaType.index)
        #expect(contents.children.map(\.digest) == [Self.digest])
    }

    @Test(
        "What is not valid is refused, and why",
        arguments: [
            ("", nil, "not valid JSON"),
            ("[]", nil, "top level"),
            (#"{"schemaVersion":1,"fsLayers":[]}"#, nil, "schemaVersion is 1"),
            (#"{"manifests":[]}"#, nil, "schemaVersion is missing"),
            (#"{"schemaVersion":2}"#, nil, "either"),
            (#"{"schemaVersion":2,"manifests":[],"config":\#(config),"layers":[]}"#, nil, "either"),
            (#"{"schemaVersion":2,"manifests":[]}"#, MediaType.manifest, "fields"),
            (#"{"schemaVersion":2,"config":\#(config),"layers":[]}"#, MediaType.index, "fields"),
            (#"{"schemaVersion":2,"config":\#(config),"layers":[]}"#, "application/json", "not one of"),
            (
                #"{"schemaVersion":2,"mediaType":"y","config":\#(config),"layers":[]}"#, MediaType.manifest,
                "it is a 'y'"
            ),
            (#"{"schemaVersion":2,"config":\#(config)}"#, nil, "'layers' is missing"),
        ] as [(String, String?, String)])
    func invalid(text: String, type: String?, reason: String) {
        let failure = #expect(throws: RegistryFailure.self) { try Self.read(text, type) }
        #expect(failure?.code == .manifestInvalid)
        #expect(failure?.description.contains(reason) ?? false, "\(failure?.description ?? "")")
    }

    @Test("A record of a manifest gives back the same bytes")
    func record() throws {
        let manifest = StoredManifest(mediaType: MediaType.index, bytes: Array("{ }\n".utf8))
        #expect(try StoredManifest(decoding: manifest.encoded()) == manifest)
        #expect(throws: ChunkingError.self) { try StoredManifest(decoding: [200]) }
    }
}
