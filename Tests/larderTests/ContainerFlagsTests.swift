import Build
import SystemPackage
import Testing

@testable import larder

@Suite("Flags about the containers of RUN")
struct ContainerFlagsTests {
    @Test("docker's flags say what they say to docker")
    func settings() throws {
        let request = try order([
            "--add-host", "db:10.1.2.3", "--add-host", "six=[fd00::1]", "--add-host", "gate:host-gateway", "--shm-size",
            "128m", "--ulimit", "nofile=10:20", "--ulimit", "core=-1", "--ulimit", "nofile=11", "--cgroup-parent", "/b",
            "--allow", "security.insecure,network.host", "--build-arg", "BUILDKIT_SANDBOX_HOSTNAME=me", ".",
        ]).request
        let settings = request.container
        #expect(settings.extraHosts.map(\.name) == ["db", "six", "gate"])
        #expect(settings.extraHosts.map(\.address) == ["10.1.2.3", "fd00::1", "127.0.0.1"])
        #expect(settings.sharedMemorySize == 128 << 20)
        let unlimited = SandboxSettings.ResourceLimit.unlimited
        #expect(
            settings.resourceLimits == [
                .init(name: "core", soft: unlimited, hard: unlimited), .init(name: "nofile", soft: 11, hard: 11),
            ])
        #expect(settings.controlGroupParent == "/b")
        #expect(settings.hostName == "me")
        #expect(request.entitlements == [.securityInsecure, .networkHost])
    }

    @Test("An agent is the user's own unless a socket is named")
    func agents() throws {
        let environment = ["LARDER_SERVER": "http://a", "HOME": "/", "SSH_AUTH_SOCK": "/run/agent"]
        let request = try order(["--ssh", "default", "--ssh", "ci=/tmp/s", "."], in: .sample(environment)).request
        #expect(request.agents == ["default": "/run/agent", "ci": "/tmp/s"])
    }

    @Test(
        "What is wrong is told with the flag it is about",
        arguments: [
            (["--add-host", "db"], "--add-host"), (["--add-host", "db:nowhere"], "not an IP address"),
            (["--shm-size", "big"], "--shm-size"), (["--shm-size", "0"], "--shm-size"),
            (["--ulimit", "nofile"], "--ulimit"), (["--ulimit", "files=1"], "not a limit"),
            (["--ulimit", "nofile=2:1"], "above the hard one"), (["--ulimit", "nofile=a"], "--ulimit"),
            (["--allow", "everything"], "--allow"), (["--ssh", "default"], "SSH_AUTH_SOCK is not set"),
            (["--ssh", "=x"], "--ssh"), (["--ssh", "a=/x", "--ssh", "a=/y"], "given twice"),
        ])
    func refusals(arguments: [String], message: String) {
        #expect(refusal(arguments + ["."]).contains(message), "\(arguments): \(refusal(arguments + ["."]))")
    }
}
