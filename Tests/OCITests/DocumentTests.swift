import Chunking
import OCI
import Testing

@Suite("Documents")
struct DocumentTests {
    static let digest = Digest(hashing: Array("layer".utf8))

    @Test("An array opened 513 deep at the end is refused, and traps nobody", arguments: ["", "\n", "\r\n", " "])
    func deepArray(before: String) {
        for depth in 510...515 {
            let bytes = Array((before + String(repeating: "[", count: depth)).utf8)
            let error = #expect(throws: OCIError.self) {
                try JSONDocument.decode(ImageConfiguration.self, from: bytes, subject: "the configuration")
            }
            #expect(error?.description == "the configuration cannot be read: it is not valid JSON")
        }
    }

    @Test("A configuration as docker writes it is read, and written deterministically")
    func dockerConfiguration() throws {
        let text = """
            {"architecture":"arm64","variant":"v8","os":"linux","created":"2024-05-01T10:00:00.123456789Z",
             "container":"abc","docker_version":"20.10",
             "config":{"Hostname":"","User":"app:app","AttachStdin":false,"ExposedPorts":{"80/tcp":{},"443/tcp":{}},
               "Env":["PATH=/bin","B=1","A=2"],"Cmd":null,"Entrypoint":["/bin/x"],"Volumes":null,
               "WorkingDir":"/srv","OnBuild":["RUN x"],"Labels":{"b":"2","a":"1"},"StopSignal":"SIGINT",
               "ArgsEscaped":true,"Shell":["/bin/bash","-c"],
               "Healthcheck":{"Test":["CMD-SHELL","true"],"Interval":30000000000,"Retries":3}},
             "rootfs":{"type":"layers","diff_ids":["\(Self.digest)"]},
             "history":[{"created":"2024-05-01T10:00:00Z","created_by":"/bin/sh -c #(nop) ADD x"},
                        {"created_by":"CMD x","empty_layer":true,"comment":"buildkit.dockerfile.v0"}]}
            """
        let configuration = try JSONDocument.decode(
            ImageConfiguration.self, from: Array(text.utf8), subject: "the configuration")
        let settings = try #require(configuration.config)
        #expect(configuration.platform.description == "linux/arm64")
        #expect(settings.user == "app:app")
        #expect(settings.exposedPorts == ["80/tcp", "443/tcp"])
        #expect(settings.environment == ["PATH=/bin", "B=1", "A=2"])
        #expect(settings.command == nil)
        #expect(settings.entrypoint == ["/bin/x"])
        #expect(settings.volumes.isEmpty)
        #expect(settings.onBuild == ["RUN x"])
        #expect(settings.argumentsEscaped == true)
        #expect(settings.shell == ["/bin/bash", "-c"])
        #expect(settings.healthCheck?.interval == 30_000_000_000)
        #expect(configuration.rootfs.diffIDs == [Self.digest])
        #expect(configuration.history?.map(\.emptyLayer) == [nil, true])

        let written = try JSONDocument.encode(configuration)
        #expect(try JSONDocument.decode(ImageConfiguration.self, from: written, subject: "it") == configuration)
        #expect(try JSONDocument.encode(configuration) == written)
    }

    @Test("A configuration is written compactly, with sorted keys and without what is empty")
    func canonicalForm() throws {
        var settings = ContainerSettings()
        settings.command = []
        settings.labels = ["z": "/x", "a": "\"ä\""]
        settings.volumes = ["/b", "/a"]
        let configuration = ImageConfiguration(
            platform: Platform(os: "linux", architecture: "arm", variant: "v6"), config: settings,
            diffIDs: [Self.digest], history: [History(createdBy: "CMD []", emptyLayer: true)],
            created: Timestamp.text(seconds: 0))
        let text = String(decoding: try JSONDocument.encode(configuration), as: UTF8.self)
        #expect(
            text == """
                {"architecture":"arm","config":{"Cmd":[],"Labels":{"a":"\\"ä\\"","z":"/x"},\
                "Volumes":{"/a":{},"/b":{}}},"created":"1970-01-01T00:00:00Z",\
                "history":[{"created_by":"CMD []","empty_layer":true}],"os":"linux",\
                "rootfs":{"diff_ids":["\(Self.digest)"],"type":"layers"},"variant":"v6"}
                """)
    }

    @Test("Manifests and indexes survive a round trip")
    func manifests() throws {
        let layer = Descriptor(
            mediaType: MediaType.layerZstd, digest: Self.digest, size: 12, annotations: ["b": "1", "a": "2"])
        let manifest = Manifest(
            config: Descriptor(mediaType: MediaType.configuration, digest: Self.digest, size: 2),
            layers: [layer, layer])
        let bytes = try JSONDocument.encode(manifest)
        #expect(try JSONDocument.decode(Manifest.self, from: bytes, subject: "the manifest") == manifest)
        let index = Index(manifests: [
            Descriptor(
                mediaType: MediaType.manifest, digest: Self.digest, size: Int64(bytes.count),
                platform: try Platform("linux/arm/v6"))
        ])
        let text = try JSONDocument.encode(index)
        #expect(try JSONDocument.decode(Index.self, from: text, subject: "the index") == index)
    }

    @Test(
        "What cannot be read says where",
        arguments: [
            ("{", "not valid JSON"),
            (#"{"schemaVersion":2,"layers":[]}"#, "'config' is missing at the top level"),
            (
                #"{"schemaVersion":2,"config":{"mediaType":"x","digest":"sha256:1","size":1},"layers":[]}"#,
                "config.digest: 'sha256:1' is not a digest"
            ),
            (#"{"schemaVersion":"2","config":{},"layers":[]}"#, "schemaVersion is not of the type Int"),
        ])
    func unreadable(text: String, reason: String) {
        let error = #expect(throws: OCIError.self) {
            try JSONDocument.decode(Manifest.self, from: Array(text.utf8), subject: "the manifest")
        }
        #expect(error?.code == .invalidDocument)
        #expect(error?.description.contains(reason) ?? false, "\(error?.description ?? "")")
    }

    @Test("Bodies of failures are read from any registry")
    func failures() throws {
        let text = #"{"errors":[{"code":"UNAUTHORIZED","message":"no","detail":[{"Type":"repository"}]},{"code":"X"}]}"#
        let body = try JSONDocument.decode(RegistryErrorBody.self, from: Array(text.utf8), subject: "the failure")
        #expect(body.errors.map(\.code) == ["UNAUTHORIZED", "X"])
        #expect(body.errors.first?.message == "no")
        #expect(body.errors.first?.detail == nil)
    }

    @Test("Media types lose their parameters")
    func essence() {
        #expect(MediaType.essence(of: "Application/JSON ; charset=utf-8") == "application/json")
    }
}
