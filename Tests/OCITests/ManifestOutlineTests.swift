import Chunking
import OCI
import Testing

@Suite("Outlines of manifests")
struct ManifestOutlineTests {
    static let digest = Digest(hashing: [1])
    static let config = #"{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\#(digest)","size":1}"#

    static func read(_ text: String, _ type: String? = nil) throws -> ManifestOutline {
        try ManifestOutline(Array(text.utf8), contentType: type)
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
        #expect(contents.config?.size == 1)
        #expect(contents.layers.map(\.size) == [2])
        #expect(contents.artifactType == MediaType.configuration)
        #expect(contents.children.isEmpty)
    }

    @Test("An index names its children, whatever they are")
    func index() throws {
        let contents = try Self.read(#"{"schemaVersion":2,"manifests":[\#(Self.config)]}"#)
        #expect(contents.mediaType == MediaType.index)
        #expect(contents.children.map(\.digest) == [.sha256(Self.digest)])
        #expect(contents.artifactType == nil && contents.config == nil)
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
        let failure = #expect(throws: OCIError.self) { try Self.read(text, type) }
        #expect(failure?.code == .invalidDocument)
        #expect(failure?.description.contains(reason) ?? false, "\(failure?.description ?? "")")
    }

    @Test("What it is about, what kind it is, and other digests are read")
    func artifact() throws {
        let digest = OCIDigest(.sha512, hashing: [1])
        let subject = #"{"mediaType":"x","digest":"\#(digest)","size":3}"#
        let outline = try Self.read(
            #"""
            {"schemaVersion":2,"artifactType":"application/vnd.x","config":\#(Self.config),"layers":[\#(subject)],
            "subject":\#(subject),"annotations":{"a":"b"},"more":[1]}
            """#)
        #expect(outline.artifactType == "application/vnd.x")
        #expect(outline.subject?.digest == digest)
        #expect(outline.layers.map(\.digest) == [digest])
        #expect(outline.annotations == ["a": "b"])
        #expect(!outline.isBuildCache)
    }

    @Test("A cache of BuildKit is known in both forms")
    func buildCache() throws {
        let cache = #"{"mediaType":"\#(MediaType.buildCache)","digest":"\#(Self.digest)","size":1}"#
        #expect(try Self.read(#"{"schemaVersion":2,"config":\#(cache),"layers":[]}"#).isBuildCache)
        #expect(try Self.read(#"{"schemaVersion":2,"manifests":[\#(Self.config),\#(cache)]}"#).isBuildCache)
    }

    @Test("Sizes are not negative")
    func negative() {
        let part = #"{"mediaType":"x","digest":"\#(Self.digest)","size":-1}"#
        for text in [
            #"{"schemaVersion":2,"config":\#(part),"layers":[]}"#,
            #"{"schemaVersion":2,"config":\#(Self.config),"layers":[\#(part)]}"#,
            #"{"schemaVersion":2,"manifests":[\#(part)]}"#,
        ] {
            #expect(throws: OCIError.self) { try Self.read(text) }
        }
    }
}
