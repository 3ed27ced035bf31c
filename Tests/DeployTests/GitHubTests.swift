import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

/// The actions and the examples in `deploy/github`: their scripts run as GitHub runs them, against real servers, with an ID
/// token that the job asks for.
@Suite(.enabled(if: PipelineLab.readsYAML, "there is no python3-yaml"))
struct GitHubTests {
    private func run(_ event: String, in lab: PipelineLab) async throws -> String {
        let tests = FilePath(#filePath).removingLastComponent().appending("GitHub")
        let outcome = try await lab.run(
            [
                "/usr/bin/python3", tests.appending("workflow.py").string,
                try lab.example("github/examples/larder.yml").string,
                PipelineLab.repository.pushing("deploy/github").string, lab.workspace.string,
            ],
            [
                "TOKEN": lab.jobToken, "AUDIENCE": lab.server.address, "GITHUB_ACTIONS": "true",
                "GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main", "GITHUB_EVENT_NAME": event,
                "GITHUB_SHA": PipelineLab.commit, "GITHUB_RUN_NUMBER": "5",
                "GITHUB_STEP_SUMMARY": lab.directory.appending("summary").string,
                "SECRET_REGISTRY_TOKEN": lab.password, "SECRET_LARDER_READ_TOKEN": "read",
            ])
        #expect(outcome.isSuccess, "\(outcome.output)")
        #expect(!lab.betrays(outcome.output) && !lab.betrays(lab.asked.joined()), "a secret is shown")
        return outcome.output
    }

    @Test("Both images are built with the job's own token, scanned, pushed and deployed by digest")
    func workflow() async throws {
        try await PipelineLab.run { lab in
            // The registry of releases knows the user by the password alone, as GitHub's does.
            _ = try await run("push", in: lab)
            try lab.expectDelivery(of: ["api", "web"], tag: "main-0123456789ab-5")
            let summary = try Data(contentsOf: URL(filePath: lab.directory.appending("summary").string))
            #expect(String(decoding: summary, as: UTF8.self).contains("COPY . /app"))
        }
    }

    @Test("What was not pushed to the default branch is built and scanned, and goes nowhere")
    func otherEvents() async throws {
        try await PipelineLab.run { lab in
            let output = try await run("schedule", in: lab)
            #expect(output.contains("== left out: larder/larder/deploy/github/push@v1"))
            #expect(try lab.released("shop/api", "main-0123456789ab-5") == nil)
        }
    }
}
