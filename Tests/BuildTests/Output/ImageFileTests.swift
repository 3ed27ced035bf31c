import Chunking
import OCI
import SystemPackage
import Testing

@testable import Build

@Suite("Images in files")
struct ImageFileTests {
    @Test("skopeo reads both forms", .enabled(if: ImageTools.has("skopeo"), "skopeo is not installed"))
    func skopeo() async throws {
        let sample = try SampleExport()
        try await ImageTools.withDirectory { directory in
            let export = try sample.export(["shop/api:2"])
            let count = try await export.write(.oci, to: FilePath("\(directory)/oci.tar"))
            #expect(try ImageTools.run("stat -c %s '\(directory)/oci.tar'") == "\(count)\n")
            _ = try await export.write(.docker, to: FilePath("\(directory)/docker.tar"))
            let manifest = try await export.content().root.digest
            for source in ["oci-archive:\(directory)/oci.tar:2", "docker-archive:\(directory)/docker.tar:shop/api:2"] {
                let text = try ImageTools.run("skopeo inspect --raw '\(source)'")
                if source.hasPrefix("oci") { #expect(Digest(hashing: Array(text.utf8)) == manifest) }
                // A copy reads every blob and checks it.
                try ImageTools.run("skopeo copy --insecure-policy '\(source)' 'dir:\(directory)/copy' >/dev/null")
                let configuration = try ImageTools.run("skopeo inspect --config --raw '\(source)'")
                #expect(Array(configuration.utf8) == sample.configuration)
            }
        }
    }

    @Test("Both forms are an OCI layout, the same each time, each blob once")
    func layout() async throws {
        let export = try SampleExport().export(["shop/api:2", "registry.example.com/api"])
        try await ImageTools.withDirectory { directory in
            for name in ["a", "b"] { _ = try await export.write(.docker, to: FilePath("\(directory)/\(name).tar")) }
            try ImageTools.run("cmp '\(directory)/a.tar' '\(directory)/b.tar'")
            let names = try ImageTools.run("tar -tf '\(directory)/a.tar'").split(separator: "\n")
            #expect(names.count == 2 + 2 + 3)
            #expect(Set(names).count == names.count)
            let index = try ImageTools.run("tar -xOf '\(directory)/a.tar' index.json")
            #expect(index.contains(#""io.containerd.image.name":"docker.io/shop/api:2""#))
            #expect(index.contains(#""io.containerd.image.name":"registry.example.com/api:latest""#))
            let manifest = try ImageTools.run("tar -xOf '\(directory)/a.tar' manifest.json")
            #expect(manifest.contains(#""RepoTags":["shop/api:2","registry.example.com/api:latest"]"#))
        }
    }

    @Test("A layer that is not what it should be leaves no file behind")
    func damage() async throws {
        let export = try SampleExport().export(["a"], damaged: true)
        try await ImageTools.withDirectory { directory in
            let error = await #expect(throws: BuildError.self) {
                _ = try await export.write(.oci, to: FilePath("\(directory)/x.tar"))
            }
            #expect(error?.code == .corrupt)
            let left = try ImageTools.run("ls -A '\(directory)'")
            #expect(left.isEmpty)
        }
    }

    @Test("What is no plain file is written to and stays what it is")
    func device() async throws {
        _ = try await SampleExport().export(["a"]).write(.oci, to: "/dev/null")
        #expect(try ImageTools.run("test -c /dev/null && echo yes") == "yes\n")
    }

    @Test("A file that cannot be made is an error that names it")
    func noDirectory() async throws {
        let export = try SampleExport().export(["a"])
        let error = await #expect(throws: BuildError.self) { _ = try await export.write(.oci, to: "/nowhere/x.tar") }
        #expect(error?.code == .io)
        #expect(error?.description.contains("/nowhere/x.tar") == true)
    }
}
