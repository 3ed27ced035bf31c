import Access
import CacheAPI
import FoundationEssentials
import Logging
import OCI
import SystemPackage
import Testing

@testable import larderd

/// The rules of `deploy/access` with the claims that each system puts into its tokens, as its documentation lists them.
@Suite("Example rules")
struct ExampleRulesTests {
    private static let directory = FilePath(#filePath)
        .removingLastComponent().removingLastComponent().removingLastComponent().removingLastComponent()
        .appending("deploy/access")

    private static let policy = AccessPolicy()

    /// Lends a function that says who the holder of a token with these claims is; `nil` when no rule applies.
    private func withRules(
        _ file: String, issuer name: String,
        _ body: @Sendable (_ identify: @Sendable (String) async throws -> Identity?) async throws -> Void
    ) async throws {
        let key = try await FakeIssuer.Key.es256("k1")
        let issuer = FakeIssuer([key])
        try await issuer.run {
            let path = Self.directory.appending(file).string
            var text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
            text = text.replacing("\"issuer\": \"\(name)\"", with: "\"issuer\": \"\(issuer.url)\"")
            // What is in a pod only.
            text = text.replacing("\"jwks\": \"https://kubernetes.default.svc/openid/v1/jwks\",", with: "")
            text = text.split(separator: "\n").filter { !$0.contains("/var/run/secrets") }.joined(separator: "\n")
            let rules = try AccessRules(parsing: Array(text.utf8))
            let tokens = JobTokens(client: IssuerClient(environment: [:]), logger: .quiet)
            tokens.trust(rules.issuers)
            let authenticator = JobAuthenticator(tokens: tokens, rules: CurrentRules(rules), logger: .quiet)
            try await body { claims in
                let credentials = Credentials(authorization: "Bearer \(try issuer.token(claims, by: key))")
                switch await authenticator.identify(credentials) {
                case .identified(let identity): return identity
                case .refused(let reason):
                    try #require(reason.contains("no access rule"), "\(reason)")
                    return nil
                case .unavailable, .unknown: return nil
                }
            }
        }
    }

    private func writes(_ identity: Identity?, _ scope: String, in project: String = "shop") throws -> Bool {
        let identity = try #require(identity)
        return Self.policy.decide(
            writing: try #require(ScopeName(scope)), in: try #require(ProjectName(project)), for: identity
        ).isAllowed
    }

    private func reads(_ identity: Identity?, _ scope: String, in project: String = "shop") throws -> Bool {
        Self.policy.reads(
            try #require(ScopeName(scope)), in: try #require(ProjectName(project)), try #require(identity))
    }

    private func tags(_ identity: Identity?, _ tag: String) throws -> Bool {
        Self.policy.decide(
            .write, on: try TagName(tag), in: try RepositoryName("shop/api"), for: try #require(identity)
        ).isAllowed
    }

    @Test("GitHub Actions")
    func github() async throws {
        @Sendable func claims(
            _ event: String, _ ref: String, head: String = "", base: String = "", owner: String = "65"
        ) -> String {
            """
            {"iss":"ISSUER","aud":"https://larder.example.com","sub":"repo:acme/Shop:ref:\(ref)","jti":"example-id",
             "ref":"\(ref)","ref_type":"branch","sha":"0123456789012345678901234567890123456789","repository":"acme/Shop",
             "repository_owner":"acme","repository_id":"74","repository_owner_id":"\(owner)","repository_visibility":"private",
             "run_id":"1658821493","run_number":"10","run_attempt":"2","runner_environment":"github-hosted","actor":"octocat",
             "actor_id":"12","workflow":"build","workflow_ref":"acme/Shop/.github/workflows/build.yml@\(ref)",
             "workflow_sha":"0123456789012345678901234567890123456789","head_ref":"\(head)","base_ref":"\(base)",
             "event_name":"\(event)","job_workflow_ref":"acme/Shop/.github/workflows/build.yml@\(ref)",
             "job_workflow_sha":"0123456789012345678901234567890123456789","iat":NOW-0,"nbf":NOW-600,"exp":NOW+300}
            """
        }
        try await withRules("github-actions.json", issuer: "https://token.actions.githubusercontent.com") { identify in
            let main = try await identify(claims("push", "refs/heads/main"))
            #expect(main?.description == "job:github:acme/Shop@refs/heads/main")
            #expect(main?.job == "https://github.com/acme/Shop/actions/runs/1658821493/attempts/2")
            #expect(try writes(main, "main") && tags(main, "latest"))
            let branch = try await identify(claims("push", "refs/heads/feature/x"))
            #expect(try writes(branch, "feature/x") && !writes(branch, "main") && reads(branch, "main"))
            #expect(try tags(branch, "feature-x-1") && !tags(branch, "latest"))
            let request = try await identify(
                claims("pull_request", "refs/pull/7/merge", head: "fix", base: "release/2"))
            #expect(try writes(request, "fix") && !writes(request, "main") && reads(request, "release/2"))
            let tag = try await identify(claims("push", "refs/tags/v1.2"))
            #expect(try writes(tag, "tag/v1.2") && tags(tag, "v1.2") && !tags(tag, "latest") && !writes(tag, "main"))
            for (event, ref, head) in [
                ("pull_request", "refs/pull/7/merge", "main"), ("pull_request", "refs/pull/7/merge", "release/2"),
                ("pull_request_target", "refs/heads/main", "x"), ("workflow_run", "refs/heads/main", ""),
                ("issue_comment", "refs/heads/main", ""),
            ] {
                #expect(try await identify(claims(event, ref, head: head)) == nil, "\(event) \(head)")
            }
            #expect(try await identify(claims("push", "refs/heads/main", owner: "66")) == nil)
        }
    }

    @Test("GitLab CI")
    func gitlab() async throws {
        @Sendable func claims(
            _ ref: String, source: String = "push", type: String = "branch", isProtected: Bool = false,
            from project: String = "acme/shop"
        ) -> String {
            let group = project.split(separator: "/").first ?? ""
            return """
                {"iss":"ISSUER","aud":"https://larder.example.com","sub":"project_path:\(project):ref_type:\(type):ref:\(ref)",
                 "namespace_id":"72","namespace_path":"\(group)","project_id":"20","project_path":"\(project)","job_project_id":"20",
                 "job_project_path":"acme/shop","job_namespace_id":"72","job_namespace_path":"acme","user_id":"1",
                 "user_login":"sample","user_email":"sample@example.com","user_access_level":"developer","pipeline_id":"574",
                 "pipeline_source":"\(source)","job_id":"302","ref":"\(ref)","ref_type":"\(type)","ref_path":"refs/heads/\(ref)",
                 "ref_protected":"\(isProtected)","environment_protected":"false","runner_id":1,
                 "runner_environment":"self-hosted","sha":"714a629c0b401fdce83e847fc9589983fc6f46bc",
                 "project_visibility":"private","ci_config_ref_uri":"gitlab.example.com/acme/shop//.gitlab-ci.yml@refs/heads/\(ref)",
                 "ci_config_sha":"714a629c0b401fdce83e847fc9589983fc6f46bc","jti":"235b3a54","iat":NOW-0,"nbf":NOW-5,"exp":NOW+3600}
                """
        }
        try await withRules("gitlab-ci.json", issuer: "https://gitlab.example.com") { identify in
            let main = try await identify(claims("main", isProtected: true))
            #expect(main?.description == "job:gitlab:acme/shop@main")
            #expect(main?.job == "https://gitlab.example.com/acme/shop/-/jobs/302")
            #expect(try writes(main, "main") && tags(main, "latest"))
            let branch = try await identify(claims("feature/x"))
            #expect(try writes(branch, "feature/x") && !writes(branch, "main") && !tags(branch, "latest"))
            let own = try await identify(claims("fix", source: "merge_request_event"))
            #expect(try writes(own, "fix") && reads(own, "main"))
            let tag = try await identify(claims("v1.2", type: "tag", isProtected: true))
            #expect(try tags(tag, "v1.2") && !writes(tag, "main"))
            // A fork calls its branch as it likes.
            for ref in ["main", "fix"] {
                let fork = try await identify(claims(ref, source: "merge_request_event", from: "mallory/shop"))
                #expect(try reads(fork, "main") && !writes(fork, "main") && !writes(fork, ref) && !tags(fork, "latest"))
            }
            #expect(try await identify(claims("main")) == nil)
            #expect(try await identify(claims("main", isProtected: true, from: "mallory/shop")) == nil)
        }
    }

    @Test("Jenkins with the plugin oidc-provider")
    func jenkins() async throws {
        @Sendable func claims(_ branch: String, job: String = "shop") -> String {
            """
            {"iss":"ISSUER","aud":"https://larder.example.com","sub":"https://jenkins.example.com/job/\(job)/job/\(branch)/",
             "build_number":42,"branch":"\(branch)","job":"\(job)/\(branch)","iat":NOW-0,"exp":NOW+3600}
            """
        }
        try await withRules("jenkins.json", issuer: "https://jenkins.example.com/oidc") { identify in
            let main = try await identify(claims("main"))
            #expect(main?.description == "job:jenkins:shop/main")
            #expect(main?.job == "https://jenkins.example.com/job/shop/job/main/42/")
            #expect(try writes(main, "main") && tags(main, "latest"))
            let branch = try await identify(claims("hotfix"))
            #expect(try writes(branch, "hotfix") && !writes(branch, "main"))
            let request = try await identify(claims("PR-12"))
            #expect(try reads(request, "main") && !writes(request, "PR-12") && !writes(request, "main"))
            #expect(try await identify(claims("main", job: "bank")) == nil)
        }
    }

    @Test("Kubernetes service accounts")
    func kubernetes() async throws {
        @Sendable func claims(_ namespace: String, _ account: String) -> String {
            """
            {"iss":"ISSUER","aud":["larder"],"sub":"system:serviceaccount:\(namespace):\(account)","jti":"e51f1fbc-4733-4b85",
             "kubernetes.io":{"namespace":"\(namespace)","node":{"name":"worker-1","uid":"517eb86e-b863"},
             "pod":{"name":"build-7","uid":"0d8b260e-ef0e"},"serviceaccount":{"name":"\(account)","uid":"e6a8680e-d103"},
             "warnafter":NOW+3000},"iat":NOW-0,"nbf":NOW-0,"exp":NOW+3600}
            """
        }
        try await withRules("kubernetes.json", issuer: "https://kubernetes.default.svc.cluster.local") { identify in
            let release = try await identify(claims("ci-shop", "release-builder"))
            #expect(release?.description == "job:cluster:ci-shop/release-builder")
            #expect(release?.job == "pod build-7")
            #expect(try writes(release, "main", in: "ci-shop"))
            let builder = try await identify(claims("ci-shop", "builder"))
            #expect(try writes(builder, "pods", in: "ci-shop") && !writes(builder, "main", in: "ci-shop"))
            #expect(try reads(builder, "main", in: "ci-shop"))
            #expect(try await identify(claims("default", "builder")) == nil)
            #expect(try await identify(claims("ci-shop", "default")) == nil)
        }
    }

    @Test("Client certificates")
    func certificates() throws {
        let path = Self.directory.appending("certificates.json").string
        let rules = try AccessRules(parsing: [UInt8](try Data(contentsOf: URL(filePath: path))))
        func identify(
            cn: String = "x", dns: [String] = [], uri: [String] = [], _ fingerprint: String = "f"
        ) -> Identity? {
            let claims = CertificateClaims(
                commonNames: [cn], dnsNames: dns, uris: uri, fingerprint: fingerprint, expires: 1)
            guard case .identified(let identity, _) = rules.outcome(forCertificate: claims) else { return nil }
            return identity
        }
        let release = identify(uri: ["spiffe://acme.example/ci/shop/release"])
        #expect(try writes(release, "main") && tags(release, "latest"))
        #expect(
            identify(uri: ["spiffe://acme.example/ci/shop/release"], String(repeating: "0", count: 64)) == nil)
        let runner = identify(dns: ["r7.runners.acme.example"])
        #expect(try writes(runner, "runners") && !writes(runner, "main") && reads(runner, "main"))
        let node = identify(cn: "node-3")
        #expect(try reads(node, "main") && !writes(node, "main") && !tags(node, "latest"))
        #expect(identify(cn: "laptop") == nil)
    }
}
