import Build
import CacheAPI
import FoundationEssentials
import SystemPackage
import Testing

@testable import larder

@Suite("Which scope a build has")
struct ScopeDetectionTests {
    private func detect(_ environment: [String: String], event: String? = nil, git: GitHead? = nil) -> String {
        let found = JobDetection.detect(
            JobDetection.Facts(environment: environment, githubEvent: event.map { Array($0.utf8) }, git: git)
        ).scopes
        return ([found.own] + found.bases).map(\.description).joined(separator: " < ")
    }

    @Test("GitHub Actions: branch, tag, pull request, pull request of a fork")
    func github() {
        let base = ["GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "shop/api"]
        func with(_ more: [String: String]) -> [String: String] { base.merging(more) { $1 } }
        let push = with([
            "GITHUB_REF": "refs/heads/feature/x", "GITHUB_REF_NAME": "feature/x", "GITHUB_REF_TYPE": "branch",
        ])
        #expect(detect(push) == "feature/x < main")
        #expect(detect(push, event: #"{"repository":{"default_branch":"trunk"}}"#) == "feature/x < trunk")
        #expect(detect(with(["GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main"])) == "main")
        #expect(
            detect(with(["GITHUB_REF": "refs/tags/v1", "GITHUB_REF_NAME": "v1", "GITHUB_REF_TYPE": "tag"]))
                == "tag/v1 < main")
        let request = with([
            "GITHUB_REF": "refs/pull/12/merge", "GITHUB_REF_NAME": "12/merge", "GITHUB_HEAD_REF": "main",
            "GITHUB_BASE_REF": "release/1",
        ])
        // Without the event nobody knows whose branch `main` it is.
        #expect(detect(request) == "pull/12 < release/1 < main")
        func event(_ head: String) -> String {
            #"{"repository":{"default_branch":"trunk"},"pull_request":{"number":12,"head":{"repo":{"full_name":"\#(head)"}}}}"#
        }
        #expect(detect(request, event: event("eve/api")) == "pull/12 < release/1 < trunk")
        let own = request.merging(["GITHUB_HEAD_REF": "feature/x"]) { $1 }
        #expect(detect(own, event: event("shop/api")) == "feature/x < release/1 < trunk")
        #expect(detect(own, event: "no JSON") == "pull/12 < release/1 < main")
    }

    @Test("GitLab CI: branch, tag, merge request, merge request of a fork")
    func gitlab() {
        let base = ["GITLAB_CI": "true", "CI_DEFAULT_BRANCH": "trunk", "CI_PROJECT_ID": "7"]
        func with(_ more: [String: String]) -> [String: String] { base.merging(more) { $1 } }
        #expect(detect(with(["CI_COMMIT_BRANCH": "x", "CI_COMMIT_REF_NAME": "x"])) == "x < trunk")
        #expect(detect(with(["CI_COMMIT_TAG": "v1", "CI_COMMIT_REF_NAME": "v1"])) == "tag/v1 < trunk")
        let request = with([
            "CI_MERGE_REQUEST_IID": "3", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "x", "CI_COMMIT_REF_NAME": "x",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "release", "CI_MERGE_REQUEST_PROJECT_ID": "7",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "7",
        ])
        #expect(detect(request) == "x < release < trunk")
        #expect(
            detect(request.merging(["CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "8"]) { $1 })
                == "merge-request/3 < release < trunk")
    }

    @Test("Jenkins: branch, change, change of a fork, a job with the git plugin alone")
    func jenkins() {
        let base = ["JENKINS_URL": "https://ci.example.com/"]
        func with(_ more: [String: String]) -> [String: String] { base.merging(more) { $1 } }
        #expect(detect(with(["BRANCH_NAME": "x"])) == "x < main")
        let change = with([
            "BRANCH_NAME": "PR-5", "CHANGE_ID": "5", "CHANGE_BRANCH": "x", "CHANGE_TARGET": "release",
        ])
        #expect(detect(change) == "x < release < main")
        #expect(detect(change.merging(["CHANGE_FORK": "eve"]) { $1 }) == "PR-5 < release < main")
        #expect(detect(with(["TAG_NAME": "v1", "BRANCH_NAME": "v1"])) == "tag/v1 < main")
        #expect(detect(with(["GIT_BRANCH": "origin/feature/x"])) == "feature/x < main")
    }

    @Test("Elsewhere the git branch, and main where there is none")
    func elsewhere() {
        #expect(detect([:]) == "main")
        #expect(detect([:], git: GitHead(branch: "x", defaultBranch: "trunk")) == "x < trunk")
        #expect(detect([:], git: GitHead(branch: nil, defaultBranch: "trunk")) == "main")
        #expect(detect(["GITHUB_ACTIONS": "true"], git: GitHead(branch: "x")) == "x < main")
    }

    @Test("A name that no scope can have is shortened, and stays its own")
    func longNames() {
        let long = String(repeating: "ä", count: 150)
        let scopes = [long + "a", long + "b", "tab\tname"].map { ScopeName(shortening: $0) }
        #expect(Set(scopes).count == 3)
        #expect(scopes.allSatisfy { $0.description.utf8.count <= 200 })
        #expect(ScopeName(shortening: "feature/x").description == "feature/x")
    }

    @Test("Flags go before the environment, and that before what is found out")
    func overrides() throws {
        let environment = [
            "LARDER_SERVER": "http://a", "HOME": "/h", "GITLAB_CI": "1", "CI_COMMIT_BRANCH": "x",
            "CI_DEFAULT_BRANCH": "trunk", "CI_JOB_ID": "9", "CI_JOB_NAME": "image",
        ]
        func scopes(_ arguments: [String], _ more: [String: String] = [:]) throws -> [String] {
            let found = try order(arguments + ["."], in: .sample(environment.merging(more) { $1 })).request
            return ([found.scope] + found.baseScopes).map(\.description)
        }
        #expect(try scopes([]) == ["x", "trunk"])
        #expect(try scopes(["--scope", "s"]) == ["s", "x", "trunk"])
        #expect(try scopes([], ["LARDER_SCOPE": "e"]) == ["e", "x", "trunk"])
        #expect(try scopes(["--base-scope", "b", "--base-scope", "c"]) == ["x", "b", "c"])
        #expect(try scopes(["--scope", "b"], ["LARDER_BASE_SCOPE": "b,c"]) == ["b", "c"])
        #expect(try scopes(["--cache-from", "y", "--cache-to", "type=larder,scope=z"]) == ["z", "x", "trunk", "y"])
        #expect(try scopes(["--cache-from", "type=larder,scope=y"]) == ["x", "trunk", "y"])
        let detected = try order(["."], in: .sample(environment))
        #expect(detected.request.writer == "image, job 9 on runner-1")
        #expect(detected.scopeReason == "GitLab CI, branch x")
    }

    @Test("Caches of other kinds are accepted, with a word about what happens instead")
    func caches() throws {
        for text in ["shop/api:cache", "type=registry,ref=ghcr.io/shop/api:cache", "ghcr.io/shop/api", "type=gha"] {
            let accepted = try order(["--cache-from", text, "--cache-to", text, "."])
            #expect(accepted.request.baseScopes == [])
            #expect(accepted.request.scope == .main)
            #expect(accepted.warnings.count == 2)
            #expect(accepted.warnings.allSatisfy { $0.contains(text) })
        }
    }

    @Test("Staleness on the command line")
    func staleness() throws {
        let request = try order([
            "--no-cache-filter", "a,b", "--no-cache-filter", "c", "--cache-max-age", "7d", "--no-wait", ".",
        ]).request
        #expect(request.renewedStages == ["a", "b", "c"])
        #expect(request.recordAgeMaximum == 604_800)
        #expect(!request.waitsForOthers && !request.ignoresCache)
        #expect(try order(["."]).request.waitsForOthers)
    }

    @Test("The branch is read from git's files, in worktrees, too")
    func gitFiles() throws {
        let root = FilePath(FileManager.default.temporaryDirectory.path).appending(
            "larder-git-\(UInt64.random(in: 0 ... .max))")
        defer { try? FileManager.default.removeItem(atPath: root.string) }
        func write(_ path: String, _ text: String) throws {
            let file = root.appending(path)
            try FileManager.default.createDirectory(
                atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: file.string))
        }
        try write("clone/.git/HEAD", "ref: refs/heads/feature/x\n")
        try write("clone/.git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/trunk\n")
        try write("clone/deep/down/file", "")
        #expect(GitHead(of: root.appending("clone/deep/down")) == GitHead(branch: "feature/x", defaultBranch: "trunk"))
        try write("clone/.git/worktrees/w/HEAD", "ref: refs/heads/y\n")
        try write("clone/.git/worktrees/w/commondir", "../..\n")
        try write("w/.git", "gitdir: \(root)/clone/.git/worktrees/w\n")
        #expect(GitHead(of: root.appending("w")) == GitHead(branch: "y", defaultBranch: "trunk"))
        try write("clone/.git/HEAD", "0123456789012345678901234567890123456789\n")
        #expect(GitHead(of: root.appending("clone"))?.branch == nil)
    }
}
