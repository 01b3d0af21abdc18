package warm

const sysMemfdCreate = 279 // memfd_create(2)
