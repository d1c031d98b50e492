/**
 * A plugin of osls that removes the role which it makes for functions without a role of their own: here every function has
 * its own. serverless-iam-roles-per-function uses that role as a template, so it goes after that plugin has run.
 */
class NoSharedRole {
  constructor(serverless) {
    this.hooks = {
      'before:package:finalize': () => {
        const { Resources } = serverless.service.provider.compiledCloudFormationTemplate;
        delete Resources[serverless.getProvider('aws').naming.getRoleLogicalId()];
      },
    };
  }
}

module.exports = NoSharedRole;
