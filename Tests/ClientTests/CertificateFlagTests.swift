import SystemPackage
import TestSupport
import Testing

/// `larder` and its stand-in for docker with certificates and tokens, on a real server with TLS.
@Suite("Who runners say they are over TLS")
struct CertificateFlagTests {
    @Test("--client-cert and --client-key show the server who comes; without them it is said what is missing")
    func certificates() async throws {
        try await SecureLab.run(wantsCertificates: true) { lab in
            let pair = try lab.authority.certificate(named: "runner")
            let flags = "--client-cert '\(pair.certificate)' --client-key '\(pair.key)'"
            let built = try await lab.run(SecureLab.context + "larder build \(flags) -t shop/api:1 c")
            #expect(built.status == 0 && built.complaint.contains("shop/api:1"), "\(built)")
            #expect(try await lab.isAudited("certificate:cn:runner"), "\(lab.text("root/audit.log"))")
            // The environment, and the stand-in for docker, know them, too.
            let variables = ["LARDER_CLIENT_CERT": pair.certificate.string, "LARDER_CLIENT_KEY": pair.key.string]
            let again = try await lab.run(
                "docker build -t shop/api:2 c",
                variables.merging(["LARDER_STATE": "\(lab.directory)/s2"]) { $1 })
            #expect(again.status == 0 && again.complaint.contains("1 hit"), "\(again)")
            let login = try await lab.run(
                "echo secret | larder login \(flags) -u alice --password-stdin; larder logout")
            #expect(login.status == 0 && login.output.hasPrefix("Login Succeeded\nRemoving"), "\(login)")

            let without = try await lab.run("larder build -t shop/api:3 c", ["LARDER_STATE": "\(lab.directory)/s3"])
            #expect(without.complaint.contains("--client-cert"), "\(without)")
            let half = try await lab.run("larder build --client-cert '\(pair.certificate)' -t shop/api:3 c")
            #expect(half.status == 64 && half.complaint.contains("--client-key"), "\(half)")
            let stranger = try TestAuthority(in: lab.directory, named: "stranger").certificate(named: "other")
            let refused = try await lab.run(
                "larder build --client-cert '\(stranger.certificate)' --client-key '\(stranger.key)' -t shop/api:3 c",
                ["LARDER_STATE": "\(lab.directory)/s4"])
            #expect(refused.complaint.contains("does not believe"), "\(refused)")
        }
    }

    @Test("The stand-in for docker builds over HTTPS with a token")
    func shimWithToken() async throws {
        try await SecureLab.run { lab in
            let outcome = try await lab.run(
                SecureLab.context + """
                    export LARDER_TOKEN=$(larderd token create --root root --project shop --scope main --allow read,write \
                        --name ci | tail -n 1)
                    docker build -t $host/shop/api:1 c
                    """)
            #expect(outcome.status == 0, "\(outcome)")
            #expect(try await lab.isAudited("token:ci"))
            #expect(lab.standIn.asked == [], "\(lab.standIn.asked)")
            let stranger = try await lab.run(
                "LARDER_TOKEN=planted-secret docker build -t $host/shop/api:2 c",
                ["LARDER_STATE": "\(lab.directory)/s2"])
            #expect(stranger.complaint.contains("does not take what you show"), "\(stranger)")
            #expect(!(stranger.output + stranger.complaint).contains("planted-secret"))
        }
    }
}
