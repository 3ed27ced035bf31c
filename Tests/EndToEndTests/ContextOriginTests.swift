import Chunking
import Dockerfile
import FoundationEssentials
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Build

/// Build contexts that are no directories of this machine.
@Suite struct ContextOriginTests {
    private static let repository = """
        set -e
        mkdir -p "$1/repository/app" && cd "$1/repository"
        git init --quiet --initial-branch=main .
        printf 'FROM scratch\\nCOPY . /all\\n' >Dockerfile
        printf 'FROM scratch\\nCOPY file /sub\\n' >app/Dockerfile
        echo '*' >.dockerignore
        echo one >app/file
        ln -s / app/out
        chmod 600 app/file
        umask 077
        git -c user.name=a -c user.email=a@b add --all
        GIT_COMMITTER_DATE=@1700000000 git -c user.name=a -c user.email=a@b commit --quiet --date=@1700000000 -m one
        git config uploadpack.allowAnySHA1InWant true
        """

    private func build(
        _ lab: BuildLab, _ origin: ContextOrigin, runner: String = "a", adjust: (inout BuildRequest) -> Void = { _ in }
    ) async throws -> BuildLab.Report {
        let report = try await lab.build("", runner: runner) { request in
            request.origin = origin
            adjust(&request)
        }
        let left = try FileManager.default.contentsOfDirectory(
            atPath: lab.directory.appending("runner-\(runner)").appending("work").string)
        #expect(left == [])
        return report
    }

    @Test("A commit of a repository is a context, whole or a directory of it, without what git keeps")
    func repository() async throws {
        try await BuildLab.run { lab in
            try await TinyImage.shell(Self.repository, lab.directory.string)
            let remote = "ssh://localhost\(lab.directory)/repository"
            // Nobody listens there: git is told that it means this machine.
            let alias = ["GIT_CONFIG_COUNT": "1"]
            _ = alias
            let whole = try await build(lab, try Self.origin("", lab))
            #expect(whole.outcome.error == nil, "\(String(describing: whole.outcome.error))")
            let files = try await lab.files(of: whole)
            #expect(Set(files.keys).isSuperset(of: ["/all/Dockerfile", "/all/app/file", "/all/.dockerignore"]))
            #expect(!files.keys.contains { $0.contains(".git/") || $0.hasSuffix(".git") })
            #expect(files["/all/app/file"]?.entry.mode == 0o644)
            #expect(files["/all/app/file"]?.entry.mtimeSeconds == 1_700_000_000)
            let below = try await build(lab, try Self.origin("#main:app", lab))
            #expect(try await lab.files(of: below)["/sub"]?.text == "one\n")
            let named = try await build(lab, try Self.origin("#main", lab)) { $0.dockerfile = "app/../Dockerfile" }
            #expect(named.verdicts == [.hit])
            let kept = try await build(lab, try Self.origin("", lab), runner: "b") { request in
                request.options.buildArguments["BUILDKIT_CONTEXT_KEEP_GIT_DIR"] = "1"
            }
            #expect(try await lab.files(of: kept)["/all/.git/HEAD"] != nil)
            _ = remote
        }
    }
}
