import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

/// The shared library and the Jenkinsfiles in `deploy/jenkins`, run as Jenkins runs them, against real servers.
@Suite(.enabled(if: hasProgram("groovy"), "there is no groovy"), .serialized)
struct JenkinsTests {
    private struct Job {
        let console: String
        /// A line for each step.
        let steps: [String]
    }

    private func run(_ example: String, in lab: PipelineLab) async throws -> Job {
        let record = lab.directory.appending("record")
        try Data("larder-token=\(lab.jobToken)\nregistry-login=u:\(lab.password)\n".utf8)
            .write(to: URL(filePath: lab.directory.appending("credentials").string))
        let java = String(decoding: try shell("dirname $(dirname $(readlink -f $(command -v java)))"), as: UTF8.self)
        let tests = FilePath(#filePath).removingLastComponent().appending("Jenkins")
        let outcome = try await lab.run(
            [
                "groovy", tests.appending("Pipeline.groovy").string,
                try lab.example("jenkins/examples/\(example)").string,
                PipelineLab.repository.pushing("deploy/jenkins").string, lab.workspace.string, record.string,
            ],
            [
                "CREDENTIALS": lab.directory.appending("credentials").string,
                "JAVA_HOME": java.filter { !$0.isWhitespace }, "JENKINS_URL": "https://ci.example.com/",
                "BRANCH_NAME": "main", "BUILD_NUMBER": "7", "GIT_COMMIT": PipelineLab.commit,
            ])
        #expect(outcome.isSuccess, "\(outcome.output)")
        #expect(!lab.betrays(outcome.output) && !lab.betrays(lab.asked.joined()), "a secret is shown")
        let text = String(decoding: try Data(contentsOf: URL(filePath: record.string)), as: UTF8.self)
        return Job(console: outcome.output, steps: text.split(separator: "\n").map(String.init))
    }

    @Test("Declarative: built side by side, scanned and pushed by digest, deployed as pushed")
    func declarative() async throws {
        try await PipelineLab.run { lab in
            let job = try await run("Jenkinsfile", in: lab)
            try lab.expectDelivery(of: ["api", "web"], tag: "main-0123456789ab-7")
            #expect(job.steps.contains("parallel api web") && job.steps.contains("archive larder-shop-web.html"))
            // The login for the registry is there for the push, and for nothing else.
            for (step, next) in zip(job.steps, job.steps.dropFirst()) where step == "begin credentials registry-login" {
                #expect(next == "sh larder push")
            }
            #expect(try shell("find '\(lab.directory)/home' -name '*.json' | wc -l").first == UInt8(ascii: "0"))
        }
    }

    @Test("Scripted: the same, with a tag that moves")
    func scripted() async throws {
        try await PipelineLab.run { lab in
            _ = try await run("Jenkinsfile.scripted", in: lab)
            let digest = try #require(try lab.released("shop/api", "main-0123456789ab-7"))
            #expect(try lab.released("shop/api", "latest") == digest)
        }
    }

    @Test("docker.build within docker.withRegistry is larder's, and so is the push")
    func docker() async throws {
        try await PipelineLab.run { lab in
            let job = try await run("Jenkinsfile.docker", in: lab)
            #expect(job.console.contains("larder builds shop/api:7"))
            #expect(try lab.released("shop/api", "7") != nil)
            #expect(try lab.released("shop/api", "7") == lab.released("shop/api", "latest"))
        }
    }
}
