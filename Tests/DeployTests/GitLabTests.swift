import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

/// The components and the example in `deploy/gitlab`: their scripts run in the order of the pipeline, against real servers.
@Suite(.enabled(if: PipelineLab.readsYAML, "there is no python3-yaml"))
struct GitLabTests {
    private func run(_ branch: String, token: String? = nil, in lab: PipelineLab) async throws -> String {
        let tests = FilePath(#filePath).removingLastComponent().appending("GitLab")
        let outcome = try await lab.run(
            [
                "/usr/bin/python3", tests.appending("pipeline.py").string,
                try lab.example("gitlab/examples/gitlab-ci.yml").string,
                PipelineLab.repository.pushing("deploy/gitlab/templates").string, lab.workspace.string,
            ],
            [
                "TOKEN": token ?? lab.jobToken,
                "AUDIENCE": lab.server.address, "GITLAB_CI": "true", "CI_COMMIT_BRANCH": branch,
                "CI_DEFAULT_BRANCH": "main", "CI_COMMIT_SHA": PipelineLab.commit, "CI_PIPELINE_IID": "3",
                "CI_REGISTRY_IMAGE": "\(lab.host)/shop", "CI_REGISTRY_USER": "u", "CI_REGISTRY_PASSWORD": lab.password,
            ])
        #expect(outcome.isSuccess, "\(outcome.output)")
        #expect(!lab.betrays(outcome.output) && !lab.betrays(lab.asked.joined()), "a secret is shown")
        return outcome.output
    }

    @Test("Both images are built, scanned, pushed and deployed by digest")
    func pipeline() async throws {
        try await PipelineLab.run { lab in
            let output = try await run("main", in: lab)
            #expect(output.contains("unique tag      main-0123456789ab-3"))
            try lab.expectDelivery(of: ["api", "web"], tag: "main-0123456789ab-3")
        }
    }

    @Test("A branch whose token writes its own scope alone builds under its tag, and pushes nothing")
    func branch() async throws {
        try await PipelineLab.run { lab in
            let token = try lab.token(forBranch: "feature/x")
            let output = try await run("feature/x", token: token, in: lab)
            #expect(!output.contains(token))
            for name in ["api", "web"] { #expect(output.contains("/shop/\(name):feature-x-0123456789ab-3")) }
            #expect(!output.contains("WARNING"), "\(output)")
            #expect(!lab.asked.contains { $0.hasPrefix("larder push") || $0.hasPrefix("kubectl") })
        }
    }
}
