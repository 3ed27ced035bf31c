import Chunking
import Dockerfile
import FoundationEssentials
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Build

/// Build contexts that are no directories of this machine, and those of `--build-context`.
@Suite struct ContextOriginTests {
    private func build(
        _ lab: BuildLab, _ origin: ContextOrigin, runner: String = "a", adjust: (inout BuildRequest) -> Void = { _ in }
    ) async throws -> BuildLab.Report {
        let report = try await lab.build("", runner: runner) { request in
            request.origin = origin
            adjust(&request)
        }
        #expect(try RemoteAddTests.leftovers(lab, [runner]) == [])
        return report
    }

    @Test(
        "A commit of a repository is a context, all of it or a directory, whatever it says is ignored",
        .enabled(if: RemoteAddTests.hasGit, "needs git"))
    func repository() async throws {
        try await BuildLab.run { lab in
            let place = lab.directory.appending("repository")
            try lab.context(
                [
                    "Dockerfile": "FROM scratch\nCOPY . /all/\n", ".dockerignore": "*",
                    "sub/dockerfile": "FROM scratch\nCOPY file /\n",
                ], named: "repository")
            try await TinyImage.shell("ln -s / \"$1/sub/out\"", place.string)
            try await RemoteAddTests.commit("one", tag: "v1", in: place)
            try await FileHost.run(try RemoteAddTests.pages(of: place)) { host in
                func origin(_ fragment: String) throws -> ContextOrigin {
                    .repository(try #require(try GitReference(context: "\(host.url)/r.git\(fragment)")))
                }
                let whole = try await build(lab, try origin("#v1"))
                #expect(whole.outcome.error == nil, "\(String(describing: whole.outcome.error))")
                let files = try await lab.files(of: whole)
                #expect(Set(["/all/Dockerfile", "/all/.dockerignore", "/all/sub/out"]).isSubset(of: files.keys))
                #expect(files["/all/sub/run"]?.entry.mode == 0o755 && files["/all/sub/file"]?.entry.mode == 0o644)
                #expect(!files.keys.contains { $0.contains("/.git") })
                let below = try await build(lab, try origin("#:sub"))
                #expect(try await lab.files(of: below)["/file"]?.text == "one\n")
                let named = try await build(lab, try origin("")) { $0.dockerfile = "sub/../Dockerfile" }
                #expect(named.verdicts == [.hit])
                let kept = try await build(lab, try origin(""), runner: "b") { request in
                    request.options.buildArguments["BUILDKIT_CONTEXT_KEEP_GIT_DIR"] = "1"
                }
                #expect(try await lab.files(of: kept)["/all/.git/HEAD"] != nil)
                let outside = try await build(lab, try origin("")) { $0.dockerfile = "sub/out/etc/hostname" }
                #expect("\(try #require(outside.outcome.error))".contains("There is no sub/out/etc/hostname in the"))
                let nowhere = try await build(lab, try origin("#none"))
                #expect("\(try #require(nowhere.outcome.error))".contains("no branch or tag `none`"))
                let context = try lab.context(["Dockerfile": "FROM code\nCOPY --from=code run /r\n"])
                let other = try await lab.build(context, runner: "c") { request in
                    request.options.contexts = ["code": .directory("code")]
                    request.origins = ["code": try? origin("#:sub")].compactMapValues(\.self)
                }
                #expect(try await lab.files(of: other)["/r"]?.text == "run\n")
                #expect(try await lab.files(of: other)["/file"]?.text == "one\n")
            }
        }
    }

    @Test("An archive that is fetched is a context; another file is a Dockerfile", arguments: ["", "z", "j", "J"])
    func download(_ compression: String) async throws {
        try await BuildLab.run { lab in
            try lab.context(
                ["Dockerfile": "FROM scratch\nCOPY . /\nBAD\n", "Other": "FROM scratch\nCOPY . /\n", ".wh.f": "f"],
                named: "tree")
            try await TinyImage.shell(
                "tar -c$2 -C \"$1/tree\" -f \"$1/context.tar\" .", lab.directory.string, compression)
            let archive = Array(try Data(contentsOf: URL(filePath: "\(lab.directory)/context.tar")))
            let text = "FROM scratch\nCOPY context /f\n"
            try await FileHost.run(["/c": .init(bytes: archive), "/d": .init(bytes: Array(text.utf8))]) { host in
                let origin = ContextOrigin.download(try #require(RemoteFile(url: "\(host.url)/c")))
                let report = try await build(lab, origin) { $0.dockerfile = "Other" }
                #expect(report.outcome.error == nil, "\(String(describing: report.outcome.error))")
                #expect(try await lab.files(of: report)["/.wh.f"]?.text == "f")
                let wrong = try await build(lab, origin)
                #expect("\(try #require(wrong.outcome.error))".contains("Dockerfile:3"))
                let alone = ContextOrigin.download(try #require(RemoteFile(url: "\(host.url)/d")))
                #expect(try await lab.files(of: try await build(lab, alone))["/f"]?.text == text)
            }
        }
    }

    @Test("A stage begins with a directory that stands in for its image, and so does one that it stands in for")
    func directory() async throws {
        try await BuildLab.run { lab in
            let text = "FROM base AS one\nCOPY f /f\nFROM one AS two\nCOPY --from=base g /h\nFROM two\n"
            let context = try lab.context(["Dockerfile": text, "f": "f"])
            let base = try lab.context(["g": "g", "d/x": "x", "no": "no", ".dockerignore": "no\n"], named: "base")
            let given: @Sendable (inout BuildRequest) -> Void = { request in
                request.options.contexts = ["base": .directory("base")]
                request.contexts = ["base": base]
            }
            let first = try await lab.build(context, runner: "a", adjust: given)
            #expect(first.outcome.error == nil, "\(String(describing: first.outcome.error))")
            let files = try await lab.files(of: first)
            #expect(files["/d/x"]?.text == "x" && files["/g"]?.text == "g" && files["/h"]?.text == "g")
            #expect(files["/no"] == nil)
            #expect(try await lab.build(context, runner: "b", adjust: given).outcome.runCount == 0)
            let replaced = try await lab.build(context, runner: "c") { request in
                request.options.contexts = ["one": .directory("one")]
                request.contexts = ["one": base]
                request.options.target = "one"
            }
            #expect(try await lab.files(of: replaced)["/d/x"]?.text == "x")
        }
    }

    @Test("An image in a directory is built upon, and copied from, with a server and without")
    func layout() async throws {
        try await BuildLab.run { lab in
            let image = try lab.context(["Dockerfile": "FROM scratch\nCOPY f /f\nENV A=b\n", "f": "f"], named: "image")
            let tar = lab.directory.appending("image.tar")
            let made = try await lab.build(image, runner: "a", tag: "shop/base:2") { request in
                request.outputs = [.file(.oci, tar)]
                request.compression = try? LayerCompression(.gzip)
            }
            #expect(made.outcome.error == nil)
            let layout = try lab.context([:], named: "layout")
            try await TinyImage.shell("mkdir -p $2 && tar -x -f $1 -C $2", tar.string, layout.string)
            let context = try lab.context(["Dockerfile": "FROM base\nCOPY --from=base f /g\n"])
            for (runner, name) in [("b", "\(layout):2"), ("c", "\(layout)")] {
                let report = try await lab.build(context, runner: runner) { request in
                    request.options.contexts = ["base": .image("oci-layout://\(name)")]
                }
                #expect(report.outcome.error == nil, "\(String(describing: report.outcome.error))")
                let files = try await lab.files(of: report)
                #expect(files["/f"]?.text == "f" && files["/g"]?.text == "f")
                #expect(try await lab.configuration(of: report).config?.environment.contains("A=b") == true)
            }
            let alone = try await lab.build(context, runner: "d", tag: nil, port: 9) { request in
                request.options.contexts = ["base": .image("oci-layout://\(layout)")]
            }
            #expect(alone.outcome.error == nil, "\(String(describing: alone.outcome.error))")
            let none = try await lab.build(context, runner: "e") { request in
                request.options.contexts = ["base": .image("oci-layout://\(layout):3")]
            }
            #expect("\(try #require(none.outcome.error))".contains("no image tagged 3, only: 2"))
        }
    }
}
