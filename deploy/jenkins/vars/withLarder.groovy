/**
 * Runs a block in which {@code larder}, and {@code docker build} in its place, work with a Larder server.
 *
 *     withLarder(credentials: 'larder-token') { … }
 *
 * server       the server's URL; default: LARDER_SERVER of the environment
 * credentials  id of a "Secret text", or of an "OpenID Connect id token", that proves to the server which job this is; bound
 *              to LARDER_TOKEN within the block alone. Without it the login of the agent is used, if it has one.
 * project      the project; default: the first part of the image's name
 * docker       false to leave docker alone; else a stand-in for it is first on the PATH, so that docker.build() and
 *              "docker build" in scripts are larder's
 */
def call(Map settings = [:], Closure body) {
    String server = settings.server ?: env.LARDER_SERVER
    if (!server) {
        error('withLarder: no server is given: withLarder(server: "https://…"), or LARDER_SERVER in the environment')
    }
    def variables = ["LARDER_SERVER=${server}"]
    if (settings.project) {
        variables << "LARDER_PROJECT=${settings.project}"
    }
    def bindings = []
    if (settings.credentials) {
        bindings << string(credentialsId: settings.credentials, variable: 'LARDER_TOKEN')
    }
    if (settings.docker != false) {
        String place = "${env.WORKSPACE_TMP ?: env.WORKSPACE + '@tmp'}/larder-bin"
        variables << "LARDER_SHIM=${place}" << "PATH+LARDER=${place}"
    }
    withEnv(variables) {
        if (settings.docker != false) {
            sh(label: 'larder in place of docker', script: '#!/bin/sh -eu\nlarder shim install "$LARDER_SHIM" >/dev/null\n')
        }
        if (bindings) {
            return withCredentials(bindings) { body() }
        }
        return body()
    }
}
