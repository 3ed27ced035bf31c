import ArgumentParser
import Build
import FoundationEssentials
import SystemPackage
import Testing

@testable import larder

/// What `larder ci` finds out.
@Suite("What is found out about a CI job, and what said it")
struct JobReportTests {
    private func report(
        _ environment: [String: String], event: String? = nil, git: GitHead? = nil, _ arguments: String...
    ) throws -> JobReport {
        var surroundings = Surroundings.sample(environment)
        surroundings.git = { _ in git }
        surroundings.file = { path in path == "/event" ? event.map { Array($0.utf8) } : nil }
        return try CICommand.parse(arguments).report(in: surroundings)
    }

    private func source(_ name: String, _ report: JobReport) -> String? {
        report.found.first { $0.name == name }?.source
    }

    private static let commit = "0123456789abcdef0123456789abcdef01234567"

    @Test("GitHub Actions: a pull request is its repository's own, or a fork's, as the event says")
    func github() throws {
        let request = [
            "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "shop/api", "GITHUB_REF": "refs/pull/12/merge",
            "GITHUB_HEAD_REF": "feature/x", "GITHUB_BASE_REF": "main", "GITHUB_EVENT_PATH": "/event",
            "GITHUB_RUN_NUMBER": "7", "GITHUB_RUN_ATTEMPT": "2", "GITHUB_SHA": String(repeating: "f", count: 40),
        ]
        func event(_ head: String) -> String {
            #"{"pull_request":{"number":12,"head":{"sha":"\#(Self.commit)","repo":{"full_name":"\#(head)"}}}}"#
        }
        let own = try report(request, event: event("shop/api"))
        #expect(own.system == "GitHub Actions" && own.fork == false && own.scope == "feature/x")
        #expect(own.tag == "feature-x-0123456789ab-7.2")
        #expect(source("fork", own)?.contains("pull_request.head.repo.full_name") == true)
        let fork = try report(request, event: event("eve/api"))
        #expect(fork.fork == true && fork.scope == "pull/12" && fork.tag == "pull-12-0123456789ab-7.2")
        #expect(fork.identity.advice?.contains("forks") == true)
        let unknown = try report(request)
        #expect(unknown.fork == nil && unknown.scope == "pull/12")
        #expect(unknown.text.contains("perhaps; treated as one"))
    }

    @Test("GitLab CI and Jenkins: forks are told by what these systems set")
    func others() throws {
        let request = [
            "GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "3", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "x",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "eve/api", "CI_MERGE_REQUEST_PROJECT_PATH": "shop/api",
            "CI_COMMIT_SHA": Self.commit, "CI_PIPELINE_IID": "40",
        ]
        let fork = try report(request)
        #expect(fork.fork == true && fork.scope == "merge-request/3")
        #expect(
            source("fork", fork)
                == "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH is eve/api, CI_MERGE_REQUEST_PROJECT_PATH shop/api")
        let own = try report(request.merging(["CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "shop/api"]) { $1 })
        #expect(own.fork == false && own.tag == "x-0123456789ab-40")
        let change = [
            "JENKINS_URL": "http://ci", "CHANGE_ID": "5", "CHANGE_BRANCH": "main", "BRANCH_NAME": "PR-5",
            "CHANGE_TARGET": "main", "CHANGE_FORK": "eve", "GIT_COMMIT": Self.commit, "BUILD_NUMBER": "2",
        ]
        let foreign = try report(change)
        #expect(foreign.fork == true && foreign.scope == "PR-5" && foreign.tag == "pr-5-0123456789ab-2")
        #expect(source("fork", foreign) == "CHANGE_FORK is eve")
    }

    @Test("Elsewhere git says the branch and the commit; a cluster is known by its variable")
    func elsewhere() throws {
        let head = GitHead(branch: "feature/ÄX", commit: Self.commit)
        let plain = try report([:], git: head)
        #expect(plain.system == nil && plain.tag == "feature---x-0123456789ab" && plain.server == nil)
        let pod = try report(["KUBERNETES_SERVICE_HOST": "10.0.0.1", "LARDER_SERVER": "http://larder"], git: head)
        #expect(pod.system == "Kubernetes" && pod.server == "http://larder:80" || pod.server == "http://larder")
        #expect(pod.identity.advice?.contains("LARDER_TOKEN_FILE") == true)
        #expect(try report([:]).tag == nil)
    }

    @Test("A release is called as its git tag, others by scope, commit and run")
    func tags() throws {
        let base = ["GITLAB_CI": "1", "CI_COMMIT_SHA": Self.commit, "CI_PIPELINE_IID": "4"]
        #expect(try report(base.merging(["CI_COMMIT_TAG": "v1.2+3"]) { $1 }).tag == "v1.2-3")
        #expect(try report(base.merging(["CI_COMMIT_BRANCH": "main"]) { $1 }).tag == "main-0123456789ab-4")
        #expect(try report(base, "--scope", "other").tag == "other-0123456789ab-4")
        let long = try report(base.merging(["CI_COMMIT_BRANCH": String(repeating: "long-", count: 60)]) { $1 }).tag
        #expect(long?.hasSuffix("-lon-0123456789ab-4") == true && long?.utf8.count == 63 + 15)
    }

    @Test("The identity is told by where it comes from and what it claims, never itself")
    func identity() throws {
        let claims =
            #"{"iss":"https://gitlab.example.com","sub":"project_path:shop/api","aud":"https://larder","exp":1}"#
        let payload = Data(claims.utf8).base64EncodedString().replacing("=", with: "").replacing("+", with: "-")
            .replacing("/", with: "_")
        let token = "e30.\(payload).c2ln"
        let job = try report(["GITLAB_CI": "1", "CI_COMMIT_BRANCH": "x", "LARDER_ID_TOKEN": token])
        #expect(job.identity.source == "LARDER_ID_TOKEN")
        #expect(job.identity.claims?.sub == "project_path:shop/api")
        #expect(job.text.contains("an ID token of https://gitlab.example.com about project_path:shop/api"))
        for text in [try job.json(), job.text] { #expect(!text.contains(payload)) }
        #expect(try report(["LARDER_TOKEN": "larder_secret"]).text.contains("larder_secret") == false)
        #expect(try report(["LARDER_TOKEN_FILE": "/nowhere"]).identity.advice?.contains("cannot be read") == true)
        let asked = try report(["GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": "http://a"])
        #expect(asked.identity.source == "ACTIONS_ID_TOKEN_REQUEST_URL" && asked.identity.advice == nil)
    }

    @Test("The commit of git's files: of a branch, detached, packed")
    func commits() throws {
        let root = FilePath(FileManager.default.temporaryDirectory.path).appending(
            "larder-commit-\(UInt64.random(in: 0 ... .max))")
        defer { try? FileManager.default.removeItem(atPath: root.string) }
        func write(_ path: String, _ text: String) throws {
            let file = root.appending(".git").pushing(FilePath(path))
            try FileManager.default.createDirectory(
                atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: file.string))
        }
        try write("HEAD", "ref: refs/heads/x\n")
        #expect(GitHead(of: root)?.commit == nil)
        try write("packed-refs", "# pack-refs with: peeled\n\(Self.commit) refs/heads/x\n")
        #expect(GitHead(of: root)?.commit == Self.commit)
        let other = String(repeating: "a", count: 40)
        try write("refs/heads/x", other + "\n")
        #expect(GitHead(of: root)?.commit == other)
        try write("HEAD", Self.commit + "\n")
        #expect(GitHead(of: root) == GitHead(branch: nil, commit: Self.commit))
    }
}
