// swift-tools-version: 6.3

import PackageDescription

// Every target is held to the same rules: explicit existentials and imports, data-race safety,
// every use of a pointer spelled `unsafe`, and no warnings.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP2 = Target.Dependency.product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras")
let swiftASN1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")

// Read from the bottom up: a target depends only on targets below it.
let package = Package(
    name: "larder",
    products: [
        .executable(name: "larder", targets: ["larder"]),
        .executable(name: "larderd", targets: ["larderd"]),
        // What the package Benchmarks is made of
        .library(
            name: "LarderModules",
            targets: ["Build", "ChunkStore", "CacheAPI", "Dockerfile", "OCI", "Compression", "Chunking"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // Executables
        .executableTarget(
            name: "larderd",
            dependencies: [
                "ChunkStore", "Networking", "Access", "CacheAPI", "OCI", "Spelling", "Chunking", "Compression",
                "CLinux", "CCrypt",
                subprocess, logging, hummingbird, jwtKit, serviceLifecycle, unixSignals, configuration, argumentParser,
                asyncHTTPClient, metrics, nioCore,
                nioPosix, nioHTTP1, nioHTTP2, nioHTTPTypes, nioHTTPTypesHTTP2, nioSSL, nioTLS, swiftASN1, x509,
                httpTypes, systemPackage,
            ],
            // The dashboard, part of the executable.
            resources: ["html", "css", "js", "svg"].map { .embedInCode("Insight/Page/dashboard.\($0)") },
            swiftSettings: strict),
        .executableTarget(
            name: "larder",
            dependencies: [
                "Build", "Networking", "CacheAPI", "Dockerfile", "OCI", "Chunking", "CLinux", argumentParser,
                systemPackage, unixSignals,
            ],
            swiftSettings: strict),
        // What runs a plan, and what keeps its results
        .target(
            name: "Build",
            dependencies: [
                "Networking", "Attestation", "Dockerfile", "OCI", "CacheAPI", "Erofs", "Spelling", "Chunking",
                "Compression", "CLinux",
                logging, asyncHTTPClient, nioCore, nioPosix, nioHTTP1, nioSSL, subprocess, systemPackage,
            ],
            swiftSettings: strict),
        .target(
            name: "ChunkStore",
            dependencies: ["Chunking", "Compression", "CLMDB", "CXXHash", "CLinux", logging, systemPackage],
            swiftSettings: strict),
        // How other machines are reached
        .target(
            name: "Networking",
            dependencies: ["Spelling", asyncHTTPClient, nioCore, nioHTTP1, nioHTTP2, nioSSL, systemPackage],
            swiftSettings: strict),
        // Values and pure functions
        .target(name: "Attestation", dependencies: ["OCI", "Chunking"], swiftSettings: strict),
        .target(name: "Access", dependencies: ["CacheAPI", "OCI", "Spelling", "Chunking"], swiftSettings: strict),
        .target(name: "CacheAPI", dependencies: ["Spelling", "Chunking"], swiftSettings: strict),
        .target(name: "Dockerfile", dependencies: ["Spelling", "Chunking"], swiftSettings: strict),
        .target(name: "OCI", dependencies: ["Spelling", "Chunking"], swiftSettings: strict),
        .target(
            name: "Compression", dependencies: ["Chunking", "CZstd", "CLZ4", "CZlib", "CArchive"], swiftSettings: strict
        ),
        .target(name: "Erofs", dependencies: ["Chunking"], swiftSettings: strict),
        .target(name: "Chunking", dependencies: [crypto], swiftSettings: strict),
        .target(name: "Spelling", swiftSettings: strict),
        // The kernel, and C libraries of the distribution
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CCrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CLMDB", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CLZ4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(name: "CXXHash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CArchive", providers: [.apt(["libarchive-dev"])]),
        // Tests
        .target(
            name: "TestSupport", dependencies: ["OCI", crypto, subprocess, swiftASN1, systemPackage, x509],
            path: "Tests/TestSupport",
            swiftSettings: strict),
        .testTarget(name: "SpellingTests", dependencies: ["Spelling"], swiftSettings: strict),
        .testTarget(name: "ChunkingTests", dependencies: ["Chunking", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "CompressionTests", dependencies: ["Compression", "Chunking", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "NetworkingTests", dependencies: ["Networking"], swiftSettings: strict),
        .testTarget(
            name: "AccessTests", dependencies: ["Access", "CacheAPI", "OCI", "Chunking", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "CacheAPITests", dependencies: ["CacheAPI", "OCI", "Chunking", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "OCITests", dependencies: ["OCI", "Chunking", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "DockerfileTests", dependencies: ["Dockerfile", "Chunking", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ChunkStoreTests",
            dependencies: ["ChunkStore", "Chunking", "Compression", "TestSupport", logging, systemPackage],
            exclude: ["Corpus", "Golden"],
            swiftSettings: strict),
        .testTarget(
            name: "AttestationTests", dependencies: ["Attestation", "Chunking", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "BuildTests",
            dependencies: [
                "Build", "Networking", "Dockerfile", "OCI", "CacheAPI", "Erofs", "Chunking", "Compression",
                "TestSupport",
                nioCore, nioPosix, systemPackage,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "larderTests",
            dependencies: [
                "larder", "Build", "CacheAPI", "Dockerfile", "OCI", "Chunking", argumentParser, systemPackage,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "larderdTests",
            dependencies: [
                "larderd", "ChunkStore", "Access", "CacheAPI", "OCI", "Chunking", "Compression", "TestSupport",
                hummingbird, jwtKit, asyncHTTPClient, httpTypes, logging, nioCore, nioHTTP1, nioPosix, nioSSL,
                serviceLifecycle, subprocess, systemPackage,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "larderd", "Build", "Networking", "Dockerfile", "ChunkStore", "Access", "CacheAPI", "OCI", "Chunking",
                "Compression", "TestSupport",
                hummingbird, asyncHTTPClient, nioCore, nioPosix, nioSSL, httpTypes, subprocess, systemPackage, logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ClientTests",
            dependencies: ["larderd", "larder", "OCI", "Chunking", "TestSupport", subprocess, systemPackage],
            exclude: ["Differential/Cases", "HitRates/Cases"],
            swiftSettings: strict),
        .testTarget(
            name: "DeployTests",
            dependencies: ["larderd", "larder", "TestSupport", subprocess, systemPackage],
            exclude: ["GitHub", "GitLab", "Jenkins", "Manifests"],
            swiftSettings: strict),
        .testTarget(
            name: "GuideTests", dependencies: ["larder", "larderd", "TestSupport", subprocess, systemPackage],
            exclude: ["machine.sh", "peers.sh", "readme.sh", "scan-gate.sh", "webhooks.sh"],
            swiftSettings: strict),
        .testTarget(name: "LayeringTests", dependencies: [subprocess, systemPackage], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
