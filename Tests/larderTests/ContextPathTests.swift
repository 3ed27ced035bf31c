import Build
import Dockerfile
import SystemPackage
import Testing

@testable import larder

@Suite("Where build contexts come from")
struct ContextPathTests {
    @Test(
        "Directories, standard input, repositories and files elsewhere",
        arguments: [
            (".", nil), ("a/b.git", nil), ("-", "standard input"), ("https://h/r.git#v1:d", "https://h/r.git"),
            ("git@h:a/r", "git@h:a/r"), ("ssh://h/r", "ssh://h/r"), ("git://h/r", "git://h/r"),
            ("github.com/a/r", "https://github.com/a/r.git"), ("github.com/a/r.git#x", "https://github.com/a/r.git"),
            ("https://h/context.tar.gz", "https://h/context.tar.gz"), ("http://h/r.git/x", "http://h/r.git/x"),
        ] as [(String, String?)])
    func path(_ text: String, _ origin: String?) throws {
        let request = try order([text]).request
        #expect(request.origin?.description == origin)
        #expect(request.context == (origin == nil ? .init(text) : ""))
    }

    @Test("Contexts of --build-context")
    func named() throws {
        let request = try order([
            "--build-context", "d=dir", "--build-context", "g=https://h/r.git", "--build-context",
            "o=oci-layout:///a/b:1", ".",
        ]).request
        #expect(request.contexts == ["d": "dir"])
        #expect(request.origins["g"]?.description == "https://h/r.git")
        #expect(request.options.contexts["g"] == .directory("g"))
        #expect(request.options.contexts["o"] == .image("oci-layout:///a/b:1"))
        #expect(refusal(["--build-context", "a=ftp://h/x", "."]).contains("--build-context"))
        #expect(refusal(["-f", "-", "-"]).contains("--file"))
        #expect(refusal(["https://h/r.git?colour=red"]).contains("colour"))
    }
}
