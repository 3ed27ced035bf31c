import CacheAPI
import Chunking
import Dockerfile
import Testing

@testable import Build

@Suite("The key of a RUN has everything that its command can see, and nothing else")
struct RunKeyTests {
    private func operation(
        network: RunOperation.Network = .default, security: RunOperation.Security = .sandbox, mounts: [RunMount] = []
    ) -> PlannedStep.Operation {
        .run(
            RunOperation(
                arguments: ["a"], environment: [], unkeyedEnvironment: [], workingDirectory: "/", user: "",
                network: network, security: security, mounts: mounts))
    }

    private func key(
        _ operation: PlannedStep.Operation, on platform: String = "linux/amd64",
        _ adjust: (inout SandboxSettings) -> Void = { _ in }
    ) -> Digest {
        var settings = SandboxSettings()
        adjust(&settings)
        return StepOperation.key(of: operation, in: settings, on: platform).digest
    }

    private func key(_ mount: RunMount) -> Digest { key(operation(mounts: [mount])) }

    @Test("Settings of the command line")
    func settings() {
        let plain = key(operation())
        let keys = [
            plain, key(operation()) { $0.network = .none }, key(operation()) { $0.network = .host },
            key(operation()) { $0.extraHosts = [.init(name: "a", address: "::1")] },
            key(operation()) { $0.sharedMemorySize = 1 << 20 },
            key(operation()) { $0.resourceLimits = [.init(name: "nofile", soft: 1, hard: 2)] },
            key(operation()) { $0.resourceLimits = [.init(name: "nofile", soft: 2, hard: 2)] },
            key(operation()) { $0.resourceLimits = [.init(name: "nproc", soft: 1, hard: 2)] },
            key(operation()) { $0.hostName = "other" }, key(operation(security: .insecure)),
            key(operation(), on: "linux/arm64"),
        ]
        #expect(Set(keys).count == keys.count)
        #expect(key(operation()) { $0.controlGroupParent = "/builds" } == plain)
        #expect(key(operation(network: .none)) == key(operation(network: .none)) { $0.network = .host })
        #expect(
            key(operation()) { $0.extraHosts = [.init(name: "a", address: "1.2.3.4")] }
                == key(operation()) { $0.extraHosts = [.init(name: "a", address: "::1")] })
    }

    @Test("Options of mounts")
    func mounts() {
        let keys = [
            key(operation()),
            key(.bind(BindMount(source: .context, path: "a", target: "/t", isWritable: false))),
            key(.bind(BindMount(source: .context, path: "a", target: "/t", isWritable: true))),
            key(.bind(BindMount(source: .context, path: "a", target: "/u", isWritable: true))),
            key(.tmpfs(TmpfsMount(target: "/t"))), key(.tmpfs(TmpfsMount(target: "/u"))),
            key(.tmpfs(TmpfsMount(target: "/t", size: 1))), key(.tmpfs(TmpfsMount(target: "/t", isReadOnly: true))),
            key(.cache(CacheMount(id: "a", target: "/t"))),
            key(.cache(CacheMount(id: "a", target: "/u"))),
            key(.cache(CacheMount(id: "a", target: "/t", isReadOnly: true))),
            key(.cache(CacheMount(id: "a", target: "/t", mode: 0o700))),
            key(.cache(CacheMount(id: "a", target: "/t", uid: 1))),
            key(.cache(CacheMount(id: "a", target: "/t", gid: 1))),
            key(.cache(CacheMount(id: "a", target: "/t", source: .stage(0)))),
            key(.secret(SecretMount(id: "a", target: "/t"))), key(.secret(SecretMount(id: "b", target: "/t"))),
            key(.secret(SecretMount(id: "a", target: "/u"))), key(.secret(SecretMount(id: "a", target: nil))),
            key(.secret(SecretMount(id: "a", target: "/t", environmentVariable: "V"))),
            key(.secret(SecretMount(id: "a", target: "/t", required: true))),
            key(.secret(SecretMount(id: "a", target: "/t", mode: 0o444))),
            key(.secret(SecretMount(id: "a", target: "/t", uid: 1))),
            key(.secret(SecretMount(id: "a", target: "/t", gid: 1))),
            key(.ssh(SSHMount(target: "/t"))), key(.ssh(SSHMount(id: "b", target: "/t"))),
            key(.ssh(SSHMount(target: "/u"))), key(.ssh(SSHMount(target: "/t", required: true))),
            key(.ssh(SSHMount(target: "/t", mode: 0o666))), key(.ssh(SSHMount(target: "/t", uid: 1))),
            key(.ssh(SSHMount(target: "/t", gid: 1))),
        ]
        #expect(Set(keys).count == keys.count)
        // What files a mount shows is told by their content, which is another part of the step key.
        #expect(
            key(.bind(BindMount(source: .context, path: "a", target: "/t", isWritable: false)))
                == key(.bind(BindMount(source: .image("i"), path: "b", target: "/t", isWritable: false))))
        // Which cache it is says no more of the result than what the cache holds.
        #expect(
            key(.cache(CacheMount(id: "b", target: "/t", sharing: .locked)))
                == key(.cache(CacheMount(id: "a", target: "/t"))))
    }

    @Test("Files of mounts are inputs, each in its place")
    func inputs() {
        let mounts: [RunMount] = [
            .bind(BindMount(source: .image("i"), path: "x", target: "/a", isWritable: false)),
            .cache(CacheMount(id: "c", target: "/b")),
            .bind(BindMount(source: .context, path: "y", target: "/c", isWritable: false)),
        ]
        let step = PlannedStep(text: "RUN", line: 1, operation: operation(mounts: mounts))
        let stage = PlannedStage(
            name: "0", base: .scratch, platform: "linux/amd64", steps: [step], settings: ImageSettings(), history: [])
        let content = Digest(hashing: [1])
        let graph = StepGraph(
            BuildPlan(stages: [stage], targets: [.init(stage: 0, platform: "linux/amd64")], warnings: []),
            StepGraph.Inputs(
                bases: [:], images: [.init(name: "i", platform: nil): StepGraph.Base(chain: [content], platform: "p")],
                contents: [InputID(step: StepID(stage: 0, position: 0), position: 1): content],
                container: SandboxSettings()))
        guard graph.nodes[0].inputs.count == 2,
            case .paths(let paths, of: .image(let image)) = graph.nodes[0].inputs[0],
            case .content(content) = graph.nodes[0].inputs[1]
        else {
            Issue.record("\(graph.nodes[0].inputs)")
            return
        }
        #expect(paths == ["/x/."] && image.chain == [content])
    }
}
